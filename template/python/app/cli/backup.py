"""Keeping copies of the database, and bringing it back."""

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
    """Write the database into a verified file, and remove the files that are too old."""
    settings = read_settings()
    folder = _folder(settings)

    def dump(path: Path) -> None:
        engine.dump(settings.database_url, path)
        engine.tables(path)

    async def keep(service: Service) -> None:
        click.echo(f"Wrote {folder.add(dump)}.")
        # Who has lost everything and not noticed yet will need an older one.
        if not await service.platform.store.has_records():
            click.echo("The database has no rows, so no older backup is removed.")
            return
        for path in folder.prune(settings.backup_retention_days):
            click.echo(f"Removed {path}.")

    run(settings, keep)


@click.command()
@click.option("--verify", is_flag=True, help="Read each, and fail if one cannot be restored.")
def backups(*, verify: bool) -> None:
    """List the backups of the database, the newest last."""
    failures = 0
    for path in _folder(read_settings()).backups():
        said = f"{path.stat().st_size:,} bytes"
        if verify:
            try:
                said += f", {len(_read(path))} tables"
            except BackupError as error:
                said = str(error)
                failures += 1
        click.echo(f"{path}: {said}")
    if failures:
        raise click.ClickException(f"{failures} cannot be restored.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the rows that the database has.")
def restore(file: Path, *, force: bool) -> None:
    """Make the database what FILE, a backup, holds; create it if the server has none."""
    settings = read_settings()

    async def bring_back(service: Service) -> None:
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

    run(settings, bring_back)


def _folder(settings: Settings) -> BackupFolder:
    database = Path(address(settings.database_url).name).name
    name = database.removesuffix(engine.SUFFIX)
    return BackupFolder(settings.backup_folder, name, engine.SUFFIX, utc_now)


def _read(backup: Path) -> list[str]:
    """The tables of a backup that can be restored."""
    verify_checksum(backup)
    return engine.tables(backup)
