"""Sample records for development."""

import sys

import click

from app.cli.running import migrate_database, read_settings, run
from app.main import Service
from app.platform.authorization import DEFAULT_ROLE

SEED_OWNER = "seed@example.com"


@click.command()
@click.option(
    "--count",
    default=20,
    show_default=True,
    type=click.IntRange(min=0),
    help="Records that each type of entity has afterwards.",
)
def seed(count: int) -> None:
    """Add sample records for development; they belong to a user without a login."""
    settings = read_settings()
    if settings.is_production:
        raise click.ClickException("Sample records do not belong in production.")
    try:
        # Faker is slow to load, and a development dependency: no other command needs it.
        from app.platform.seeding.seeder import Seeder  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise click.ClickException(
            "Sample records need Faker, a development dependency; install it with `uv sync`."
        ) from error

    async def fill(service: Service) -> None:
        await migrate_database(service)
        platform = service.platform
        owner = await service.identity.management.assign_role(SEED_OWNER, DEFAULT_ROLE)
        seeder = Seeder(platform.store, platform.clock, platform.new_id, owner.id)
        for record_type in seeder.entity_types():
            name, missing = record_type.name, await seeder.missing(record_type, count)
            with click.progressbar(
                length=missing, label=name, hidden=not sys.stdout.isatty()
            ) as bar:
                async for added in seeder.fill(record_type, missing):
                    bar.update(added)
            click.echo(f"{name}: {missing} rows added")

    run(settings, fill)
