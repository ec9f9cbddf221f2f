"""What customers may still bring: purchases, spend and their discounted sum."""
