"""Saved views, alike on SQLite and PostgreSQL, and what comes of a catalogue of before them."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text

import store.migrations
from model.errors import InputError
from store import Cluster, Store, open_store
from store.saved_views import LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS

HOSTILE = "<img src=x onerror=alert(1)>'; DROP TABLE saved_views; --"


def test_a_view_comes_back_as_it_was_kept_in_the_order_of_names(any_store: Store):
    views = any_store.catalogue.views
    views.save("  zeta \n view ", page="demand", query="?account=a%20b")
    views.save("Alpha", page="", query="")
    views.save(HOSTILE, page="capacity", query="?on=2026-05-01")
    kept = [(view.name, view.page, view.query) for view in views.all()]
    assert kept == [
        (HOSTILE, "capacity", "?on=2026-05-01"),
        ("Alpha", "", ""),
        ("zeta view", "demand", "?account=a%20b"),
    ]
    assert all(view.saved_at.tzinfo for view in views.all())


def test_a_name_is_given_once_and_can_be_changed(any_store: Store):
    views = any_store.catalogue.views
    views.save("one", page="", query="")
    views.save("two", page="", query="")
    with pytest.raises(InputError, match="a view “one” already"):
        views.save("one", page="demand", query="")
    first, second = views.all()
    with pytest.raises(InputError, match="a view “one” already"):
        views.rename(second.view_id, "one")
    views.rename(second.view_id, "three")
    views.delete(first.view_id)
    views.delete(first.view_id)
    assert [view.name for view in views.all()] == ["three"]
    with pytest.raises(InputError, match="deleted meanwhile"):
        views.rename(first.view_id, "four")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "needs a name"),
        (" \t\n", "needs a name"),
        ("x" * (LONGEST_NAME + 1), "at most"),
        ("nul\0", "can be seen"),
        ("turned \N{RIGHT-TO-LEFT OVERRIDE}round", "can be seen"),
        ("half \udc80", "can be seen"),
    ],
)
def test_what_is_no_name_is_refused(store: Store, name: str, said: str):
    with pytest.raises(InputError, match=said):
        store.catalogue.views.save(name, page="", query="")
    assert store.catalogue.views.all() == []


def test_a_store_keeps_neither_endless_queries_nor_endless_views(store: Store):
    views = store.catalogue.views
    with pytest.raises(InputError, match="too many filters"):
        views.save("long", page="", query="?" + "a" * LONGEST_QUERY)
    with store.catalogue._writing.begin() as connection:
        connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) "
                "INSERT INTO saved_views (name, page, query, saved_at) "
                "SELECT 'v' || i, '', '', '2026-05-01 00:00:00' FROM n"
            ),
            {"most": MOST_VIEWS},
        )
    with pytest.raises(InputError, match=f"keeps {MOST_VIEWS} views already"):
        views.save("one more", page="", query="")


def test_a_catalogue_that_cannot_be_written_says_so(store: Store):
    with store.catalogue._writing.begin() as connection:
        connection.execute(text("DROP TABLE saved_views"))
    with pytest.raises(InputError, match="catalogue cannot be written"):
        store.catalogue.views.save("x", page="", query="")


def test_a_catalogue_of_before_saved_views_gains_them_and_keeps_the_rest(
    any_store: Store, catalogue_url: str | None
):
    any_store.catalogue.save_cluster(Cluster("c"))
    url = any_store.catalogue._engine.url
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(store.migrations.__file__).parent))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE saved_views"))
        config.attributes["connection"] = connection
        command.stamp(config, "0002")
    engine.dispose()
    with open_store(any_store.path, catalogue_url=catalogue_url) as again:
        assert [cluster.name for cluster in again.catalogue.clusters()] == ["c"]
        again.catalogue.views.save("x", page="", query="")
        with again.catalogue._engine.connect() as connection:
            unique = inspect(connection).get_unique_constraints("saved_views")
    assert [each["column_names"] for each in unique] == [["name"]]
