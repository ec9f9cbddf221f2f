"""Which canonical table a file fills, and from which columns."""
