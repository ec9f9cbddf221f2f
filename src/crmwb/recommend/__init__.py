"""What customers buy next: what they buy again, what is new to them, and which products lead to which."""
