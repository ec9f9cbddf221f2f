"""The customer mart: one row per customer, ready to load into a CRM, and its dictionary."""
