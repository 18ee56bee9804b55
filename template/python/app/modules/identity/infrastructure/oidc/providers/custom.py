"""Any OpenID Connect issuer: claims with standard names, and `roles`."""

from app.modules.identity.infrastructure.oidc.claims import Claims, names_at, verified_email

ISSUER_EXAMPLE = "https://id.example.com"
AUDIENCE_EXAMPLE = "https://api.example.com"
SCOPE = "openid profile email"
# Claims of ID tokens, which are for clients and not for APIs.
ID_TOKEN_CLAIMS = frozenset({"at_hash", "c_hash", "nonce"})


def authorization_parameters(audience: str) -> dict[str, str]:
    """Return the resource indicator (RFC 8707), if the audience is a URI."""
    return {"resource": audience} if "://" in audience else {}


def is_access_token(claims: Claims) -> bool:
    return not ID_TOKEN_CLAIMS & claims.keys()


def email_in(claims: Claims, audience: str) -> str | None:
    return verified_email(claims)


def roles_in(claims: Claims, audience: str) -> frozenset[str] | None:
    return names_at(claims, ("roles",))
