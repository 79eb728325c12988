"""What `scontrol show` prints: blocks of `Key=value`, over several lines or (`-o`) on one."""

import re
from collections.abc import Iterator
from typing import Final

_KEY: Final = re.compile(r"(?:^|\s)([A-Z][A-Za-z]*)=")


def blocks(text: str, first_key: str) -> Iterator[tuple[int, str]]:
    """First line and text of each block, which begins with `first_key=`.

    What stands before the first one is a block too.
    """
    begin, lines = 1, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith(f"{first_key}=") and any(map(str.strip, lines)):
            yield begin, "\n".join(lines)
            lines = []
        if line.strip():
            begin = begin if lines else number
            lines.append(line)
    if lines:
        yield begin, "\n".join(lines)


def fields(block: str) -> dict[str, str]:
    """Values by key, the first of each: free text, which comes last, may quote any of them."""
    keys = list(_KEY.finditer(block))
    ends = [*(key.start() for key in keys[1:]), len(block)][: len(keys)]
    found: dict[str, str] = {}
    for key, end in zip(keys, ends, strict=True):
        found.setdefault(key[1], block[key.end() : end].strip())
    return found
