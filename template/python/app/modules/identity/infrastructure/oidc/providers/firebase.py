"""Firebase: its SDK signs users in and returns ID tokens; roles are custom claims."""

from app.modules.identity.infrastructure.oidc.claims import Claims, names_at, verified_email

ISSUER_EXAMPLE = "https://securetoken.google.com/your-project"
AUDIENCE_EXAMPLE = "your-project"


def is_access_token(claims: Claims) -> bool:
    return "firebase" in claims


def email_in(claims: Claims, audience: str) -> str | None:
    return verified_email(claims)


def roles_in(claims: Claims, audience: str) -> frozenset[str] | None:
    return names_at(claims, ("role",), ("roles",))
