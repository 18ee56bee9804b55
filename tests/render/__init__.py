"""What the template renders: its text, its quality and its dependencies, for many answers."""
