"""What a row is: a sale, a return, no business at all, a period."""
