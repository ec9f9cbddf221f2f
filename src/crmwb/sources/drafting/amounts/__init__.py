"""What an amount is: of a unit or a row, with or without tax, in which currency, counted once or twice."""
