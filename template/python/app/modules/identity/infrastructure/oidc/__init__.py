"""OpenID Connect: the issuer, its keys, and the claims of its tokens."""
