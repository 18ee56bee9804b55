"""Any OpenID Connect issuer: claims by their standard names, and `roles`."""

from app.modules.identity.infrastructure.oidc.claims import Claims, names_at, verified_email

ISSUER_EXAMPLE = "https://id.example.com"
AUDIENCE_EXAMPLE = "https://api.example.com"
SCOPE = "openid profile email"
# What only ID tokens carry: they tell a client who signed in, and open no API.
OF_ID_TOKENS = frozenset({"at_hash", "c_hash", "nonce"})


def authorization_parameters(audience: str) -> dict[str, str]:
    """What sign-in asks for besides: a token for this service (RFC 8707), if it has a URI."""
    return {"resource": audience} if "://" in audience else {}


def is_access_token(claims: Claims) -> bool:
    return not OF_ID_TOKENS & claims.keys()


def email_in(claims: Claims, audience: str) -> str | None:
    return verified_email(claims)


def roles_in(claims: Claims, audience: str) -> frozenset[str] | None:
    return names_at(claims, ("roles",))
