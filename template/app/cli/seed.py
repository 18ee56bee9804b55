"""Filling the tables with made-up rows."""

import secrets

import click

from app.cli.running import migrate_database, read_settings, run
from app.kernel.access import Role
from app.main import Service
from app.platform.persistence.seeding import Seeder

SEED_OWNER = "seed@example.com"


@click.command()
@click.option("--count", default=20, show_default=True, help="Rows that each table shall have.")
def seed(count: int) -> None:
    """Add made-up rows to develop with; they belong to a user that nobody can log in as."""
    settings = read_settings()
    if settings.is_production:
        raise click.ClickException("Made-up rows have no place in production.")

    async def fill(service: Service) -> None:
        await migrate_database(service)
        platform = service.platform
        nobody_knows = secrets.token_urlsafe(32)
        administration = service.identity.administration
        owner = await administration.appoint(SEED_OWNER, nobody_knows, Role.VIEWER)
        seeder = Seeder(platform.database, platform.clock, platform.new_id)
        for table, added in (await seeder.seed(owner.id, count)).items():
            click.echo(f"{table}: {added} rows added")

    run(settings, fill)
