"""Commands for backups of the database."""

from pathlib import Path

import click

from app.cli.running import read_settings, run
from app.main import Service
from app.platform.backup import BackupError, BackupFolder, engine, verify_checksum
from app.platform.clock import utc_now
from app.platform.persistence import OutdatedSchema
from app.platform.persistence.database import address, ensure_database
from app.settings import Settings


@click.command()
def backup() -> None:
    """Create a verified backup of the database, and remove old backups."""
    settings = read_settings()
    folder = _folder(settings)

    def dump(path: Path) -> None:
        engine.dump(settings.database_url, path)
        engine.tables(path)

    async def store(service: Service) -> None:
        click.echo(f"Wrote {folder.add(dump)}.")
        # After an unnoticed loss of data, an older backup is needed.
        if not await service.platform.store.has_records():
            click.echo("The database has no rows, so no older backup is removed.")
            return
        for path in folder.prune(settings.backup_retention_days):
            click.echo(f"Removed {path}.")

    run(settings, store)


@click.command()
@click.option("--verify", is_flag=True, help="Read all backups; fail if one cannot be restored.")
def backups(*, verify: bool) -> None:
    """List the backups of the database, the newest last."""
    failures = 0
    for path in _folder(read_settings()).backups():
        text = f"{path.stat().st_size:,} bytes"
        if verify:
            try:
                text += f", {len(_read(path))} tables"
            except BackupError as error:
                text = str(error)
                failures += 1
        click.echo(f"{path}: {text}")
    if failures:
        raise click.ClickException(f"{failures} cannot be restored.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace existing rows.")
def restore(file: Path, *, force: bool) -> None:
    """Replace the database with the backup FILE; create the database if it does not exist."""
    settings = read_settings()

    async def replace(service: Service) -> None:
        tables = _read(file)
        await ensure_database(settings.database_url)
        if not force and await service.platform.store.has_records():
            raise BackupError("The database has rows; with --force, the backup replaces them.")
        engine.restore(settings.database_url, file)
        click.echo(f"Restored {len(tables)} tables from {file}.")
        try:
            await service.platform.store.check_schema()
        except OutdatedSchema:
            click.echo("The database lacks migrations; run `app migrate` next.")

    run(settings, replace)


def _folder(settings: Settings) -> BackupFolder:
    database = Path(address(settings.database_url).name).name
    name = database.removesuffix(engine.SUFFIX)
    return BackupFolder(settings.backup_folder, name, engine.SUFFIX, utc_now)


def _read(backup: Path) -> list[str]:
    """Return the tables of a backup; raise `BackupError` if it cannot be restored."""
    verify_checksum(backup)
    return engine.tables(backup)
