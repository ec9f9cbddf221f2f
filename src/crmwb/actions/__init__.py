"""What to do next with which customer, by whom, and what earlier lists brought."""
