"""What customers brought so far: margin, and who earned it."""
