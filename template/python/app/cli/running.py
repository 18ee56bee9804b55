"""Helpers of the commands: settings, the composed service, errors in one sentence."""

import asyncio
from collections.abc import Awaitable, Callable

import click
import structlog
from pydantic import ValidationError

from app.kernel.errors import ApplicationError, Unavailable
from app.main import Service, compose
from app.platform.persistence import OutdatedSchema
from app.platform.persistence.database import ensure_database
from app.platform.settings import describe_errors
from app.settings import Settings


def read_settings() -> Settings:
    """Return the settings of the environment; an error names each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise click.ClickException(describe_errors(error)) from error


def run(settings: Settings, action: Callable[[Service], Awaitable[None]]) -> None:
    """Compose the service and run `action`; an error is one sentence."""

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


async def migrate_database(service: Service) -> None:
    """Create the database if it does not exist, and run the migrations that it lacks."""
    await ensure_database(service.settings.database_url)
    await service.platform.store.migrate()


async def prepare_database(service: Service) -> None:
    """Migrate, but not in production: there it is a step of the deployment."""
    if not service.settings.is_production:
        await migrate_database(service)
        return
    try:
        await service.platform.store.check_schema()
    except OutdatedSchema:
        raise
    except Unavailable as error:
        # The service starts all the same: it is not ready until the database answers.
        structlog.get_logger().warning("database unavailable", exc_info=error)
