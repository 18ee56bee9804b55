"""Facts about authentication."""

from __future__ import annotations

from typing import Any

# Authentication by email and password.
WITH_PASSWORDS = {"jwt", "session"}

# Providers without an authorization endpoint, so that the service has no sign-in page.
WITHOUT_SIGN_IN = {"firebase"}

# Issuer and audience that the settings name by default, for each provider.
OIDC_EXAMPLES = {
    "auth0": ("https://your-tenant.eu.auth0.com/", "https://api.example.com"),
    "custom": ("https://id.example.com", "https://api.example.com"),
    "firebase": ("https://securetoken.google.com/your-project", "your-project"),
    "keycloak": ("https://id.example.com/realms/your-realm", "your-api"),
}
# URLs for curl in the README; without HTTPS, curl sends secure cookies to localhost only.
BASE_URLS = {"session": "http://localhost:8000"}


def authentication_facts(auth: str, provider: str | None) -> dict[str, Any]:
    """Return the facts about a way to authenticate; `provider` is that of `oauth2`."""
    signs_in = auth == "oauth2" and provider not in WITHOUT_SIGN_IN
    issuer, audience = OIDC_EXAMPLES.get(provider or "", ("", ""))
    return {
        "audience_example": audience,
        "authentication": "sign_in" if signs_in else auth,
        "base_url": BASE_URLS.get(auth, "http://127.0.0.1:8000"),
        "issuer_example": issuer,
        "with_passwords": auth in WITH_PASSWORDS,
    }
