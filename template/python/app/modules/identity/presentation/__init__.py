"""The way in from outside: routes, and the shapes of requests and responses."""
