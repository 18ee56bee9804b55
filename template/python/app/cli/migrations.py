"""Migrations: bringing the database up to date with the code."""

from pathlib import Path

import click

from app.cli.running import migrate_database, read_settings, run
from app.main import Service


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
        await service.platform.store.downgrade(revision)

    run(read_settings(), undo)
    click.echo(f"The database is at {revision}.")


@click.command()
@click.argument("message", default="change tables")
def makemigrations(message: str) -> None:
    """Write the migrations that the code needs and the modules lack, named after MESSAGE."""
    settings = read_settings()
    if settings.is_production:
        raise click.ClickException("Migrations are written in development, not in production.")

    async def write(service: Service) -> None:
        await migrate_database(service)
        written = await service.platform.store.write_migrations(message)
        for path in written:
            click.echo(f"Wrote {_shown(path)}.")
        if written:
            click.echo("Read and format it (`make format`), then run `app migrate`.")
        else:
            click.echo("The migrations lack nothing.")

    run(settings, write)


def _shown(path: Path) -> Path:
    """Return a path below the working directory without it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
