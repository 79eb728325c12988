import polars as pl

from ingest.names import Names


def test_names_that_hardly_repeat_are_read_as_those_that_do():
    distinct = [f"run-{number}" for number in range(5000)]
    distinct[17] = "vllm-serve"
    reader = Names(b"key")
    one_by_one = reader.read(pl.Series(distinct))
    by_table = reader.read(pl.Series([*distinct[:1000] * 3, *distinct]))
    for direct, looked_up in zip(one_by_one, by_table, strict=True):
        assert direct.name == looked_up.name
        assert direct.to_list() == looked_up.to_list()[3000:]
    assert one_by_one[1][17] == "vllm"
    assert one_by_one[0].n_unique() == 5000
