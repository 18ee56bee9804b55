"""Making administrators."""

import click
from pydantic import TypeAdapter, ValidationError

from app.cli.running import prepare_database, read_settings, run
from app.kernel.access import Role
from app.main import Service
from app.platform.http.fields import Email


def _email(_: click.Context, __: click.Parameter, value: str) -> str:
    try:
        return TypeAdapter(Email).validate_python(value)
    except ValidationError as error:
        raise click.BadParameter(f"{value!r} is not an email address.") from error


@click.command()
@click.option("--email", required=True, callback=_email, help="Who shall be an administrator.")
@click.option(
    "--password",
    envvar="APP_ADMIN_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for if not given; also taken from APP_ADMIN_PASSWORD.",
)
def create_admin(email: str, password: str) -> None:
    """Make somebody an administrator, registered before or not, with this password."""

    async def appoint(service: Service) -> None:
        await prepare_database(service)
        user = await service.identity.administration.appoint(email, password, Role.ADMIN)
        click.echo(f"{user.email} is an administrator.")

    run(read_settings(), appoint)
