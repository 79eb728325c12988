"""plimsoll.yaml: defaults, the file, the environment, and what is wrong with them."""

import json
from pathlib import Path

import pytest

from model.errors import ConfigError, InputError
from model.resources import config_path
from model.settings import OVERRIDES, Settings, load_settings, settings_schema

EXAMPLE = "plimsoll.example.yaml"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for variable in (*OVERRIDES, "PLIMSOLL_CONFIG", "PLIMSOLL_PRIVACY_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "plimsoll.yaml") -> Path:
    Path(name).write_text(text, encoding="utf-8")
    return Path(name)


def test_no_file_is_no_fault():
    assert load_settings() == Settings()
    assert load_settings().path is None


def test_the_file_of_the_folder_is_found_and_the_environment_names_another():
    write("site: here\n")
    assert load_settings().site == "here"
    write("site: there\n", "other.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLIMSOLL_CONFIG", "other.yaml")
        assert load_settings().site == "there"
        assert load_settings(Path("plimsoll.yaml")).site == "here"


def test_three_mistakes_are_three_lines_with_a_hint():
    path = write(
        "site: Test\n"
        "timezone: Europe/Londn\n"
        "clusters:\n"
        "  - name: one\n"
        "    gpu_aliases: {a100_80: a100-sxm-8}\n"
        "dashbord: {port: 80}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert caught.value.exit_code == 2
    assert caught.value.faults == [
        "plimsoll.yaml:2: timezone: unknown time zone 'Europe/Londn'. Did you mean 'Europe/London'?",
        "plimsoll.yaml:5: clusters.0.gpu_aliases.a100_80: unknown GPU id 'a100-sxm-8'. Did you mean 'a100-sxm-80'?",
        "plimsoll.yaml:6: unknown key 'dashbord'. Did you mean 'dashboard'?",
    ]


def test_a_nested_key_gets_the_hint_of_its_own_place():
    path = write(
        "clusters:\n  - name: a\n    sources:\n      - {kind: files, feeds: jobs, path: x}\n"
    )
    with pytest.raises(ConfigError, match=r"unknown key 'path'\. Did you mean 'paths'\?"):
        load_settings(path)


def test_the_environment_comes_first_and_is_blamed_for_its_own_faults(
    monkeypatch: pytest.MonkeyPatch,
):
    write("timezone: Europe/London\nstore: facts\ndashboard: {port: 8051}\n")
    monkeypatch.setenv("PLIMSOLL_STORE", "elsewhere")
    monkeypatch.setenv("PLIMSOLL_DASHBOARD_PORT", "9000")
    settings = load_settings()
    assert (settings.store, settings.dashboard.port) == (Path("elsewhere"), 9000)
    monkeypatch.setenv("PLIMSOLL_TIMEZONE", "Mars")
    with pytest.raises(ConfigError, match="environment variable PLIMSOLL_TIMEZONE"):
        load_settings()


def test_paths_are_relative_to_the_file(tmp_path: Path):
    (tmp_path / "etc").mkdir()
    path = write("store: facts\nprivacy: {key_file: /run/key}\n", "etc/plimsoll.yaml")
    settings = load_settings(path)
    assert settings.store == Path("etc/facts")
    assert settings.privacy.key_file == Path("/run/key")


def test_a_cluster_has_its_own_zone_or_the_stated_one_or_none():
    path = write("clusters:\n  - {name: a, timezone: Europe/Berlin}\n  - {name: b}\n")
    assert load_settings(path).cluster_timezone("a") == "Europe/Berlin"
    assert load_settings(path).cluster_timezone("b") is None
    path = write("timezone: Europe/London\nclusters: [{name: b}]\n")
    assert load_settings(path).cluster_timezone("b") == "Europe/London"
    assert load_settings(path).cluster_timezone("unheard-of") == "Europe/London"


def test_roles_and_aliases_of_a_cluster():
    path = write(
        "clusters:\n"
        "  - name: a\n"
        "    machine: uk-bede-infer\n"
        "    node_roles: [{role: inference, partition: infer}, {role: training, nodes: 'gpu*'}]\n"
        "    gpu_aliases: {a100_80: a100-sxm-80}\n"
    )
    cluster = load_settings(path).cluster("a")
    assert cluster is not None
    assert cluster.role_patterns == (("infer", "inference"), ("gpu*", "training"))
    assert cluster.gpu_aliases == {"a100_80": "a100-sxm-80"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("clusters: [{name: a}, {name: a}]\n", "cluster 'a' again"),
        ("clusters: [{name: a, machine: uk-bede-infra}]\n", "Did you mean 'uk-bede-infer'?"),
        (
            "clusters: [{name: a, node_roles: [{role: training}]}]\n",
            "give either 'nodes' or 'partition'",
        ),
        ("clusters: [{name: a, pue: 0.9}]\n", "clusters.0.pue"),
        ("catalogue_url: postgresql://me:secret@db/x\n", "PLIMSOLL_CATALOGUE_URL"),
        ("dashboard: {host: 0.0.0.0}\n", "needs an 'auth'"),
        ("clusters: [{name: a, sources: [{kind: sftp}]}]\n", "'sftp' is not one of"),
        ("clusters: [{name: a, sources: [{feeds: jobs}]}]\n", "'kind' is missing"),
        (
            "clusters: [{name: a, sources: [{kind: slurmrestd, feeds: jobs, url: 'http://u:p@h'}]}]\n",
            "a password",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, says: str):
    with pytest.raises(ConfigError) as caught:
        load_settings(write(text))
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


def test_pseudonyms_need_a_key_and_make_one(monkeypatch: pytest.MonkeyPatch):
    privacy = load_settings(write("privacy: {pseudonyms: true, key_file: site.key}\n")).privacy
    with pytest.raises(InputError, match="no key") as caught:
        privacy.key()
    assert "openssl rand" in str(caught.value)
    made = privacy.make_key()
    assert made is not None
    assert made.stat().st_mode & 0o077 == 0
    key = privacy.key()
    assert key is not None
    assert len(key) == 64
    assert privacy.make_key() is None
    assert privacy.key() == key
    monkeypatch.setenv("PLIMSOLL_PRIVACY_KEY", "other")
    assert privacy.key() == b"other"


def test_the_example_is_valid_and_so_is_what_it_comments_out():
    text = config_path(EXAMPLE).read_text(encoding="utf-8")
    assert load_settings(config_path(EXAMPLE)).privacy.pseudonyms
    head, _, tail = text.partition("clusters: []\n")
    commented, gap, rest = tail.partition("\n\n")
    path = write(head + commented.replace("# ", "", 1).replace("\n# ", "\n") + gap + rest)
    cluster = load_settings(path).cluster("mycluster")
    assert cluster is not None
    assert cluster.sources
    assert cluster.node_roles


def test_the_schema_names_every_key():
    schema = settings_schema()
    json.dumps(schema)
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert "ClusterSettings" in schema["$defs"]
