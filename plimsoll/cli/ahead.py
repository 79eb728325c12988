"""What commands that change the store do at their end: reckon ahead of the readers."""

from model.progress import no_progress
from plimsoll.cli.context import Session
from plimsoll.cli.progress import progress_bar


def reckon_ahead(session: Session) -> None:
    """Answer what pages and reports ask; InputError where nothing can be kept."""
    from dashboard.ahead import reckon

    with progress_bar("Reckoning ahead", shown=session.shows_progress) as progress:
        reckon(
            session.open_store(),
            session.settings,
            session.registry,
            progress=progress or no_progress,
        )
