"""What the cover says of an edition."""

from model.report_parts import SECTIONS
from reports.capacity_report.build import _clusters


def test_many_clusters_leave_the_contents_their_place():
    few, many = [f"c{n}" for n in range(3)], [f"c{n}" for n in range(32)]
    assert _clusters(few, list(SECTIONS)) == "c0, c1, c2"
    assert _clusters(many, list(SECTIONS)) == "32, named in the section “Quality of the data”"
    assert _clusters(many, ["capacity"]) == ", ".join(many)
    assert _clusters((), list(SECTIONS)) is None
