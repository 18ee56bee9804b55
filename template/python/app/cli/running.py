"""What the commands share: reading settings, composing the service, failing in one sentence."""

import asyncio
from collections.abc import Awaitable, Callable

import click
import structlog
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from app.kernel.errors import ApplicationError
from app.main import Service, compose
from app.platform.persistence.sql import adapter, migrations
from app.platform.settings import describe_errors
from app.settings import Settings


def read_settings() -> Settings:
    """The settings of the environment, or an error that names each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise click.ClickException(describe_errors(error)) from error


def run(settings: Settings, action: Callable[[Service], Awaitable[None]]) -> None:
    """Compose the service, do `action`, and say in one sentence what went wrong."""

    async def compose_and_act() -> None:
        service = compose(settings)
        try:
            await action(service)
        finally:
            await service.close()

    try:
        asyncio.run(compose_and_act())
    except ApplicationError as error:
        raise click.ClickException(str(error)) from error
    except CommandError as error:
        raise click.ClickException(
            f"The database does not fit this version of the service ({error})."
        ) from error
    except (OSError, SQLAlchemyError) as error:
        reason = str(error).splitlines()[0]
        raise click.ClickException(
            f"The database cannot be used ({reason}); check APP_DATABASE_URL."
        ) from error


async def migrate_database(service: Service) -> None:
    """Create the database if there is none, and run what migrations it lacks."""
    await adapter.ensure_database(service.settings.database_url)
    try:
        await migrations.upgrade(service.platform.database.engine)
    except (DataError, IntegrityError, ProgrammingError) as error:
        reason = str(error).splitlines()[0]
        if adapter.TRANSACTIONAL_DDL:
            outcome, advice = "the database is as it was", "change"
        else:
            outcome, advice = "what it did before stays", "undo that by hand, and change"
        raise click.ClickException(
            f"A migration failed, and {outcome} ({reason}); "
            f"{advice} that migration so that it fits the data."
        ) from error


async def prepare_database(service: Service) -> None:
    """Migrate, but not in production: there it is a step that somebody takes knowingly."""
    if not service.settings.is_production:
        await migrate_database(service)
        return
    try:
        behind = await migrations.lacks_migrations(service.platform.database.engine)
    except (OSError, SQLAlchemyError) as error:
        # The service starts all the same: it is not ready until the database is back.
        structlog.get_logger().warning("the database does not answer", exc_info=error)
        return
    if behind:
        raise click.ClickException("The database lacks migrations; run `app migrate` first.")
