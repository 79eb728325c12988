"""`plimsoll serve`: the dashboard."""

import click

from model.errors import InputError
from plimsoll.cli.context import Session, pass_session

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
PORT = click.option(
    "--port", default=8050, show_default=True, type=click.IntRange(0, 65535), help="Port to bind."
)


@click.command()
@HOST
@PORT
@pass_session
def serve(session: Session, *, host: str, port: int) -> None:
    """Open the dashboard. Without a store it shows the capacity registry alone."""
    serve_session(session, host=host, port=port)


def serve_session(session: Session, *, host: str, port: int) -> None:
    """Serve the session's store until interrupted."""
    from dashboard.app import create_app
    from dashboard.serve import serve as run

    try:
        store = session.open_store()
    except InputError as error:
        session.note(f"{error}")
        store = None
    app = create_app(store, session.settings, session.registry)
    session.note(f"Dashboard on http://{host}:{port} (stop it with Ctrl-C)")
    run(app, host=host, port=port)
