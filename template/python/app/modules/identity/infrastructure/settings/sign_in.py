"""Settings of the sign-in page, beside those of the issuer."""

from app.modules.identity.infrastructure.settings import oauth2


class IdentitySettings(oauth2.IdentitySettings):
    """Client that the sign-in page is registered as; without it, there is no such page."""

    oidc_client_id: str = ""

    def problems(self) -> list[str]:
        problems = super().problems()
        if self.oidc_client_id == self.oidc_audience:
            problems.append(
                "APP_OIDC_AUDIENCE: name the API, not the client, whose own tokens open no API."
            )
        return problems
