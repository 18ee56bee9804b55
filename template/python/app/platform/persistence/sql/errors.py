"""The driver's errors, in the application's terms."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.kernel.errors import Conflict, Unavailable
from app.platform.persistence.ports import DatabaseError

AWAY = "The database does not answer; try again later."


@contextmanager
def translated_errors() -> Iterator[None]:
    """Around one step of the driver alone: an `OSError` of anything else is no outage."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict("This contradicts data that is already there.") from error
    except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
        raise Unavailable(AWAY) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(AWAY) from error
        raise


@contextmanager
def unusable_database() -> Iterator[None]:
    """Around a step of a command, whose user can do something about the reason."""
    try:
        yield
    except CommandError as error:
        raise DatabaseError(
            f"The database does not fit this version of the service ({error})."
        ) from error
    except (OSError, SQLAlchemyError) as error:
        reason = str(error).splitlines()[0]
        raise DatabaseError(
            f"The database cannot be used ({reason}); check APP_DATABASE_URL."
        ) from error
