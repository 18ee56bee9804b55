"""Use cases: what callers may do, in terms of the domain and of ports."""
