"""The sales pipeline: chances to win, days to close, the quarter's sales, stages and stuck opportunities."""
