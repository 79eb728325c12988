"""`plimsoll machines`: the registry's records, its checks, and lists to import."""

WRONG = """machines:
  - id: one
    name: One
    operator: x
    country: GB
    sector: academic
    tier: x
    gpus: 5
    components: [{gpu: t4, count: 4}]
    in_service: 2024
    cpu_cores: 3
    sources: [{covers: [gpus, in_service, components], title: x, date: 2024, grade: C-press}]
"""


def test_the_registry_is_clean(plimsoll):
    done = plimsoll("machines", "check")
    assert (done.code, done.out) == (0, "105 records, no fault\n")


def test_wrong_yaml_is_told_by_file_and_line(plimsoll, tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text(WRONG)
    done = plimsoll("machines", "check", path)
    assert done.code == 2
    assert [line.strip().split(": ")[0] for line in done.err.splitlines()[1:]] == [
        f"{path}:8",
        f"{path}:11",
    ]
