"""What customers do next: who buys, who leaves, and who is like the best."""
