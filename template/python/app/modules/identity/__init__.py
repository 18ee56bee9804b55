"""Users and credentials: all that other modules may import of it."""

from app.modules.identity.domain.events import UserDeleted

__all__ = ["UserDeleted"]
