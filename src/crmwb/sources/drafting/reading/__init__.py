"""What a file holds: notations, words, columns and how files link."""
