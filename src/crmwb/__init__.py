"""crmwb: what each customer is worth, who is leaving, who belongs together, and what to do next."""
