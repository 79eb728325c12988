"""What a person sees after awards without requests: no cut is invented for them."""


def test_grants_of_slurm_show_no_cut(plimsoll, shared):
    captures = shared / "slurm" / "captures"
    done = plimsoll("ingest", "awards", captures / "sacctmgr-show-assoc.txt")
    assert done.code == 0, done.err
    assert "5 accepted, 12 left out, 0 quarantined" in done.out
    table = plimsoll("show", "shortfall", "--format", "csv")
    assert table.code == 0, table.err
    row = table.frame().row(0, named=True)
    assert row["requested"] is None
    assert row["granted"] is not None
    assert row["awarded_share"] is None
    assert "5 decided applications without a request are left out of cuts" in table.err


def test_files_of_waldur_are_given_together(plimsoll, shared):
    folder = shared / "data" / "awards_telemetry_carbon" / "waldur"
    names = ("proposal", "requested_resource", "resource")
    files = [folder / f"{name}_CONSTRUCTED.json" for name in names]
    done = plimsoll("ingest", "awards", *files, "--format", "waldur")
    assert done.code == 0, done.err
    row = plimsoll("show", "shortfall", "--format", "csv").frame().row(0, named=True)
    assert (row["requested"], row["granted"]) == (10000, 6000)


def test_a_wrong_map_ends_in_the_line_to_mend(plimsoll, tmp_path):
    (tmp_path / "map.yaml").write_text("columns:\n  grant: Allocated\n")
    (tmp_path / "safe.csv").write_text("Allocated\n1\n")
    done = plimsoll("ingest", "awards", tmp_path / "safe.csv", "--map", tmp_path / "map.yaml")
    assert done.code == 2
    assert "map.yaml:2: no column 'grant'" in done.err
