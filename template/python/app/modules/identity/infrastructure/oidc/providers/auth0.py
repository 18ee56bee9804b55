"""Auth0: an Action adds claims prefixed with the API's identifier, beside `permissions`."""

from app.modules.identity.infrastructure.oidc.claims import Claims, names_at, verified_email

ISSUER_EXAMPLE = "https://your-tenant.eu.auth0.com/"
AUDIENCE_EXAMPLE = "https://api.example.com"
SCOPE = "openid profile email"
# Claims of ID tokens, which are for clients and not for APIs.
ID_TOKEN_CLAIMS = frozenset({"at_hash", "c_hash", "nonce"})


def authorization_parameters(audience: str) -> dict[str, str]:
    """Return the audience: without it, Auth0 issues tokens for itself only."""
    return {"audience": audience}


def is_access_token(claims: Claims) -> bool:
    return not ID_TOKEN_CLAIMS & claims.keys()


def email_in(claims: Claims, audience: str) -> str | None:
    return verified_email(claims, _namespace(audience))


def roles_in(claims: Claims, audience: str) -> frozenset[str] | None:
    return names_at(claims, (f"{_namespace(audience)}roles",), ("permissions",))


def _namespace(audience: str) -> str:
    return f"{audience.rstrip('/')}/"
