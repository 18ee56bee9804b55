"""Infrastructure: adapters of the application's ports."""
