"""Filling the tables with made-up rows."""

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
    help="Rows that each table shall have.",
)
def seed(count: int) -> None:
    """Add made-up rows to develop with; they belong to a user that nobody can log in as."""
    settings = read_settings()
    if settings.is_production:
        raise click.ClickException("Made-up rows have no place in production.")
    # It takes its time to load, and no other command needs it.
    from app.platform.seeding.seeder import Seeder  # noqa: PLC0415

    async def fill(service: Service) -> None:
        await migrate_database(service)
        platform = service.platform
        owner = await service.identity.administration.assign_role(SEED_OWNER, DEFAULT_ROLE)
        seeder = Seeder(platform.database, platform.clock, platform.new_id, owner.id)
        for table in seeder.tables():
            missing = await seeder.missing(table, count)
            with click.progressbar(
                length=missing, label=table.name, hidden=not sys.stdout.isatty()
            ) as bar:
                async for added in seeder.fill(table, missing):
                    bar.update(added)
            click.echo(f"{table.name}: {missing} rows added")

    run(settings, fill)
