import subprocess
import sys

import pytest

import plimsoll


def test_the_api_names_what_it_says():
    for name in plimsoll.__all__:
        assert callable(getattr(plimsoll, name))
    with pytest.raises(AttributeError, match="nonsense"):
        plimsoll.nonsense  # noqa: B018


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--version"], {"dash", "analytics", "fastexcel", "narwhals"}),
        (["machines", "show", "uk-sulis"], {"dash", "fastexcel", "narwhals"}),
    ],
)
def test_a_command_imports_only_what_it_needs(arguments, heavy):
    program = (
        "import sys\nfrom plimsoll.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not heavy & set(done.stderr.splitlines())
