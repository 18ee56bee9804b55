"""Settings of authentication by tokens of an OpenID Connect issuer."""

from app.modules.identity.infrastructure.oidc.issuer import is_secure
from app.modules.identity.infrastructure.oidc.providers import provider
from app.platform.settings import CapabilitySettings


class IdentitySettings(CapabilitySettings):
    """Issuer of the tokens that the service accepts, and the audience they must name."""

    oidc_issuer: str = provider.ISSUER_EXAMPLE
    oidc_audience: str = provider.AUDIENCE_EXAMPLE

    def problems(self) -> list[str]:
        problems = super().problems()
        if not self.oidc_issuer.startswith(("https://", "http://")):
            problems.append(f"APP_OIDC_ISSUER: write a URL such as {provider.ISSUER_EXAMPLE}.")
        if not self.is_production:
            return problems
        if "oidc_issuer" not in self.model_fields_set:
            problems.append("APP_OIDC_ISSUER: set the issuer of the tokens of production.")
        elif not is_secure(self.oidc_issuer):
            problems.append("APP_OIDC_ISSUER: use https, or the signing keys can be forged.")
        if "oidc_audience" not in self.model_fields_set:
            problems.append("APP_OIDC_AUDIENCE: set the audience of tokens for this service.")
        return problems
