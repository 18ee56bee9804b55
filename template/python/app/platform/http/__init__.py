"""What every route has in common: errors, headers, limits, pages and preconditions."""
