"""Public interface of the identity module: users and credentials."""

from app.modules.identity.domain.events import UserDeleted

__all__ = ["UserDeleted"]
