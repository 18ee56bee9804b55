"""Application: use cases in terms of the domain and of ports."""
