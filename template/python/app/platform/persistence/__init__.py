"""Storage of records, on the chosen database."""
