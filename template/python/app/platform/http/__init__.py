"""HTTP: middleware, errors, request fields, pages, preconditions and health checks."""
