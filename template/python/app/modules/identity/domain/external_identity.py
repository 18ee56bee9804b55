"""Who somebody is in the eyes of the issuer that signed them in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """What a token says of its bearer.

    `subject` names them for ever, but only together with `issuer`. `email` is None unless the
    issuer vouches for it. `roles` is None if the issuer says nothing of roles, which is not the
    same as none of them.
    """

    issuer: str
    subject: str
    email: str | None
    roles: frozenset[str] | None
