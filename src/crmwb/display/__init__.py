"""What people see: tables, pictures and the blocks of a page, in the reader's language; no papermill here."""
