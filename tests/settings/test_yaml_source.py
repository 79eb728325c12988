"""YAML from anybody: line numbers, traps, and every fault at once."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from model.errors import ConfigError
from model.yaml_source import MAX_DEPTH, load_yaml, read_model


class Person(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    age: int | None = None


class People(BaseModel):
    model_config = ConfigDict(extra="forbid")
    people: list[Person]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "people.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_three_mistakes_are_three_lines(tmp_path: Path):
    path = written(
        tmp_path,
        "people:\n  - name: Ada\n    aeg: 36\n  - name: Grace\n    age: old\n  - age: 7\n",
    )
    with pytest.raises(ConfigError) as caught:
        read_model(path, People)
    assert caught.value.faults == [
        f"{path}:3: unknown key 'aeg'. Did you mean 'age'?",
        f"{path}:5: people.1.age: input should be a valid integer, unable to parse string as an integer; found 'old'.",
        f"{path}:6: 'name' is missing in people.2.",
    ]


def test_faults_of_form_and_of_content_are_told_together(tmp_path: Path):
    path = written(
        tmp_path,
        "people:\n  - {name: Ada, name: Eve}\n  - {name: !python/object:os.x y}\npeopel: 1\n",
    )
    with pytest.raises(ConfigError) as caught:
        read_model(path, People)
    assert [fault.removeprefix(f"{path}:").split(":")[0] for fault in caught.value.faults] == [
        "2",
        "3",
        "4",
    ]


def test_scalars_follow_json_and_not_yaml_1_1(tmp_path: Path):
    path = written(
        tmp_path, "a: NO\nb: 2021-10-05\nc: 012\nd: 12:30\ne: true\nf: -3\ng: 1.5e3\nh: ~\ni: '7'\n"
    )
    assert load_yaml(path).value == {
        "a": "NO", "b": "2021-10-05", "c": "012", "d": "12:30", "e": True,
        "f": -3, "g": 1500.0, "h": None, "i": "7",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x [1]\nb: *x\n", ":2: an alias"),
        ("a: 1\n---\nb: 2\n", ":2: a second document"),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), ":1: more than"),
        ("[" * 200_000, ":1: more than"),
        ("a: [1\nb: 2\n", "not valid YAML"),
        ("? [a, b]\n: 1\n", "a key that is not a word"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n", "not UTF-8 text"),
        (b"\x7fELF\x01\x00", "not valid YAML"),
        (b"a: " + b"x" * (8 * 2**20), "larger than 8 MiB"),
    ],
)
def test_traps_are_refused(tmp_path: Path, text: str | bytes, says: str):
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=r".") as caught:
        load_yaml(path).refuse()
    assert says in str(caught.value)


def test_a_bomb_of_aliases_costs_nothing(tmp_path: Path):
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    with pytest.raises(ConfigError, match="an alias"):
        load_yaml(written(tmp_path, "a0: &a0 [x]\n" + levels))


def test_what_is_no_file_is_said(tmp_path: Path):
    for path, says in ((tmp_path, "a folder"), (tmp_path / "none.yaml", "no such file")):
        with pytest.raises(ConfigError, match=says):
            load_yaml(path)


def test_a_list_where_keys_belong(tmp_path: Path):
    with pytest.raises(ConfigError, match="the document: keys and values were expected"):
        read_model(written(tmp_path, "- 1\n"), People)


@given(
    st.binary(max_size=200)
    | st.text(alphabet="a:-[]{}&*!|>'\"#%@,? \n\t0", max_size=80).map(str.encode)
)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = written(tmp_path_factory.mktemp("any"), content)
    with suppress(ConfigError):
        tree = load_yaml(path)
        tree.refuse()
        assert all(
            1 <= line <= content.count(b"\n") + content.count(b"\r") + 1
            for line in tree.lines.values()
        )
