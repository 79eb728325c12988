"""`plimsoll serve`: the dashboard."""

import click

from model.errors import InputError
from plimsoll.cli.context import Session, pass_session

HOST = click.option(
    "--host", help="Address to bind.  [default: dashboard.host of the settings, 127.0.0.1]"
)
PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to bind.  [default: dashboard.port of the settings, 8050]",
)


@click.command()
@HOST
@PORT
@pass_session
def serve(session: Session, *, host: str | None, port: int | None) -> None:
    """Open the dashboard. Without a store it shows the capacity registry alone."""
    serve_session(session, host=host, port=port)


def serve_session(session: Session, *, host: str | None, port: int | None) -> None:
    """Serve the session's store until interrupted; what is None is as the settings say."""
    from dashboard.app import create_app
    from dashboard.serve import serve as run

    try:
        store = session.open_store()
    except InputError as error:
        session.note(f"{error}")
        store = None
    app = create_app(store, session.settings, session.registry, beside=True)
    settled = session.settings.dashboard
    host, port = host or settled.host, settled.port if port is None else port
    session.note(f"Dashboard on http://{host}:{port} (stop it with Ctrl-C)")
    run(app, host=host, port=port)
