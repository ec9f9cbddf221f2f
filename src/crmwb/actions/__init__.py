"""What to do with what is known: the customer mart that goes back into a CRM, and its dictionary."""
