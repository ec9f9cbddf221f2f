"""Files of contacts with customers: campaigns, who was in them, complaints, tickets, surveys, visits and calls."""
