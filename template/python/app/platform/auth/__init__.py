"""Finding out who is calling."""
