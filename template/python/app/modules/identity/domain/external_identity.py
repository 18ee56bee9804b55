"""External identities: users as an OpenID Connect issuer knows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Identity that a token of the issuer asserts.

    `issuer` and `subject` together identify it permanently. `email` is None unless the issuer has
    verified it. `roles` is None if the token has no claim of roles, and empty if it has no roles.
    """

    issuer: str
    subject: str
    email: str | None
    roles: frozenset[str] | None
