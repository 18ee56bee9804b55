"""Keycloak: roles of the realm, and of the client that represents this service."""

from app.modules.identity.infrastructure.oidc.claims import Claims, names_at, verified_email

ISSUER_EXAMPLE = "https://id.example.com/realms/your-realm"
AUDIENCE_EXAMPLE = "your-api"
SCOPE = "openid profile email"


def authorization_parameters(audience: str) -> dict[str, str]:
    """Return no parameters: an audience mapper in Keycloak names this service."""
    return {}


def is_access_token(claims: Claims) -> bool:
    return claims.get("typ") == "Bearer"


def email_in(claims: Claims, audience: str) -> str | None:
    return verified_email(claims)


def roles_in(claims: Claims, audience: str) -> frozenset[str] | None:
    return names_at(claims, ("realm_access", "roles"), ("resource_access", audience, "roles"))
