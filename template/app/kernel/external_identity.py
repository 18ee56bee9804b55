"""Who somebody is to an issuer of tokens outside the service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIdentity:
    """What a token of the issuer says of its subject.

    `email` is None unless the issuer has verified it; `roles` is None where it says nothing of them.
    """

    issuer: str
    subject: str
    email: str | None
    roles: frozenset[str] | None
