"""The logo of reports: drawn with words in its stead, and a bad one refused in one line."""

import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from specimen_document import specimen

from model.errors import InputError
from model.settings import load_settings
from reports.document import Branding
from reports.edition import branding_of
from reports.logo import logo_of
from reports.writers import writer

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0h40v20z"/></svg>'
)


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = b"".join(b"\0" + b"\x12\x43\x6d" * 8 for _ in range(4))
    head = struct.pack(">IIBBBBB", 8, 4, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("name", "picture"), [("logo.svg", SVG), ("logo.png", png())])
def test_a_logo_stands_on_the_cover_with_words_in_its_stead(tmp_path, name, picture):
    file = tmp_path / name
    file.write_bytes(picture)
    logo = logo_of(file, "Example <University>")
    document = replace(specimen(), branding=Branding(logo=logo))
    page = writer("html")(document).decode()
    assert 'alt="Logo of Example &lt;University&gt;"' in page
    assert 'src="data:image/' in page
    for leaflet in (False, True):
        made = writer("pdf")(replace(document, leaflet=leaflet))
        with pikepdf.open(io.BytesIO(made)) as pdf:
            alternatives = [str(o.Alt) for o in pdf.objects if _has_words(o)]
        assert "Logo of Example <University>" in alternatives


def _has_words(part: pikepdf.Object) -> bool:
    return isinstance(part, pikepdf.Dictionary) and "/Alt" in part


def test_the_settings_name_it_relative_to_their_folder(tmp_path):
    (tmp_path / "logo.svg").write_bytes(SVG)
    (tmp_path / "plimsoll.yaml").write_text("reports: {logo: logo.svg}\n")
    named = load_settings(tmp_path / "plimsoll.yaml").reports
    logo = branding_of(named, None).logo
    assert logo is not None
    assert (logo.kind, logo.alternative) == ("svg", "Logo")
    assert branding_of(load_settings().reports, None).logo is None


@pytest.mark.parametrize(
    ("picture", "what"),
    [
        (None, "cannot read the logo"),
        (b"", "no picture"),
        (b"GIF89a" + bytes(40), "no picture"),
        (png()[:40], "no picture"),
        (b"<svg", "no picture"),
        (b"<html><body>&nbsp;<svg></svg></body></html>", "no picture"),
        (b" " * 2_000_001, "more than 2,000,000"),
        (
            SVG.replace(
                b"<path", b'<image href="https://evil.example/x.png" width="9" height="9"/><path'
            ),
            "'https://evil.example/x.png'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(tmp_path: Path, picture, what):
    file = tmp_path / "logo"
    if picture is not None:
        file.write_bytes(picture)
    with pytest.raises(InputError, match=what) as refused:
        logo_of(file, None)
    assert "\n" not in str(refused.value)
    assert str(file) in str(refused.value)
