"""Translation of the driver's errors into those of the application."""

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

UNAVAILABLE = "The database does not answer; try again later."


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate the errors of a step of the driver; it must enclose nothing else.

    An `OSError` of other code is no outage of the database.
    """
    try:
        yield
    except IntegrityError as error:
        raise Conflict("This contradicts data that is already there.") from error
    except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
        raise Unavailable(UNAVAILABLE) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(UNAVAILABLE) from error
        raise


@contextmanager
def unusable_database() -> Iterator[None]:
    """Translate the errors of a step of a command into sentences with the reason."""
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
