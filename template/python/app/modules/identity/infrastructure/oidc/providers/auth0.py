"""Auth0: an Action adds claims that begin with the API's identifier, beside `permissions`."""

from app.modules.identity.infrastructure.oidc.claims import Claims, names_at, verified_email

ISSUER_EXAMPLE = "https://your-tenant.eu.auth0.com/"
AUDIENCE_EXAMPLE = "https://api.example.com"
SCOPE = "openid profile email"
# What only ID tokens carry: they tell a client who signed in, and open no API.
OF_ID_TOKENS = frozenset({"at_hash", "c_hash", "nonce"})


def authorization_parameters(audience: str) -> dict[str, str]:
    """What sign-in asks for besides: without the audience, Auth0's token is for itself alone."""
    return {"audience": audience}


def is_access_token(claims: Claims) -> bool:
    return not OF_ID_TOKENS & claims.keys()


def email_in(claims: Claims, audience: str) -> str | None:
    return verified_email(claims, _namespace(audience))


def roles_in(claims: Claims, audience: str) -> frozenset[str] | None:
    return names_at(claims, (f"{_namespace(audience)}roles",), ("permissions",))


def _namespace(audience: str) -> str:
    return f"{audience.rstrip('/')}/"
