"""Makes an impact statement for who asks on the Reports page, in a process of its own."""

import subprocess
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from dash import Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from dashboard.reader import Reader
from dashboard.report_program import complaint, program
from reports.writers import FORMATS

_STEM: Final = "impact-statement"
_PATIENCE_S: Final = 150


def add_impact_statement(app: Dash, reader: Reader) -> None:
    """Wire the form to the program."""

    @app.callback(
        Output("impact-file", "data"),
        Output("impact-said", "children"),
        Input("impact-make", "n_clicks"),
        State("impact-gpu", "value"),
        State("impact-hours", "value"),
        State("impact-place", "value"),
        State("impact-format", "value"),
        prevent_initial_call=True,
        running=[(Output("impact-make", "disabled"), True, False)],
    )
    def make(clicks: int | None, gpu: str, hours: str, place: str, kind: str) -> tuple[Any, str]:
        if not clicks or kind not in FORMATS:
            raise PreventUpdate
        if not (place or "").strip():
            return no_update, "Name a region of the grid, or a country: carbon depends on it."
        hours = (hours or "").replace(",", "").strip()
        words = [f"--gpu={gpu}", f"--gpu-hours={hours}", f"--region={place.strip()}"]
        return statement(reader, words, kind)


def statement(reader: Reader, words: list[str], kind: str) -> tuple[Any, str]:
    """The file for the browser and nothing to say, or no file and why."""
    with TemporaryDirectory(prefix="plimsoll-impact-") as folder:
        path = Path(folder) / f"{_STEM}.{kind}"
        call = [*program(reader), "report", "impact", *words, f"--output={path.name}"]
        try:
            done = subprocess.run(
                call, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
            )
        except subprocess.TimeoutExpired:
            return no_update, "It took too long; the server is busy. Try again later."
        if done.returncode:
            return no_update, complaint(done.stderr, done.returncode)
        content = path.read_bytes()
    sent = {"filename": path.name, "type": FORMATS[kind].media_type, "base64": True}
    return sent | {"content": b64encode(content).decode()}, ""
