"""Which opportunities are won, who buys or leaves, who is like the best customers, what more money brings."""
