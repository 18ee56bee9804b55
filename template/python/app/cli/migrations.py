"""Bringing the database up to date with the code."""

import click

from app.cli.running import migrate_database, read_settings, run
from app.main import Service
from app.platform.persistence.sql import migrations


@click.command()
def migrate() -> None:
    """Bring the database up to date; create it if the server has none of its name."""
    run(read_settings(), migrate_database)
    click.echo("The database is up to date.")


@click.command()
@click.argument("revision")
@click.confirmation_option(prompt="This deletes what the migrations added, rows included. Go on?")
def downgrade(revision: str) -> None:
    """Undo migrations down to REVISION: one of theirs, `base`, or `<module>@base`."""

    async def undo(service: Service) -> None:
        await migrations.downgrade(service.platform.database.engine, revision)

    run(read_settings(), undo)
    click.echo(f"The database is at {revision}.")


@click.command()
@click.argument("message", default="change tables")
def makemigrations(message: str) -> None:
    """Write the migrations that the code needs and `migrations/` lacks, named after MESSAGE."""
    settings = read_settings()
    if settings.is_production:
        raise click.ClickException("Migrations are written in development, not in production.")

    async def write(service: Service) -> None:
        await migrate_database(service)
        written = await migrations.write_missing(service.platform.database.engine, message)
        for path in written:
            place = path.relative_to(migrations.FOLDER.parent)
            click.echo(f"Wrote {place}; read it, then run `app migrate`.")
        if not written:
            click.echo("The migrations lack nothing.")

    run(settings, write)
