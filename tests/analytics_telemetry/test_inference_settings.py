"""What counts as reclaimable is a setting, checked and printed."""

import pytest
from device_rows import calendar, estate, node

from analytics.inference import inference
from analytics.moves import moves
from model.errors import ConfigError
from model.inference_thresholds import InferenceThresholds
from model.settings import load_settings


def settings_of(tmp_path, text):
    (tmp_path / "plimsoll.yaml").write_text(text)
    return load_settings(tmp_path / "plimsoll.yaml")


def test_thresholds_come_from_the_settings(tmp_path):
    text = "inference: {free_window_s: 3600, late_share: 0.2, target_wait_s: 60}\n"
    found = settings_of(tmp_path, text).inference
    assert found == InferenceThresholds(free_window_s=3600, late_share=0.2, target_wait_s=60)
    assert settings_of(tmp_path, "site: Here\n").inference == InferenceThresholds()


@pytest.mark.parametrize(
    "fault", ["free_window_s: 0", "late_share: 1.5", "late_share: 0", "target_wait_s: -1"]
)
def test_what_is_no_threshold_is_refused(tmp_path, fault):
    with pytest.raises(ConfigError, match=fault.split(":", maxsplit=1)[0]):
        settings_of(tmp_path, f"inference: {{{fault}}}\n")


@pytest.mark.parametrize(("window_s", "freed"), [(3600, 2), (7200, 2), (7201, 0)])
def test_the_window_decides_and_is_told(window_s, freed):
    thresholds = InferenceThresholds(free_window_s=window_s, late_share=0.2, target_wait_s=120)
    here = estate([], [node("n1", 1)], None, hours=2, thresholds=thresholds)
    found = inference(here, calendar=calendar(0, 7200))
    assert found.frame["reclaimable_low_gpu_hours"].item() == freed
    said = " ".join(found.notes)
    assert f"{window_s / 3600:g} h on end" in said
    assert "at most 20% of arrivals wait longer than 2 min" in said
    assert "at most 20% of arrivals" in " ".join(moves(here, calendar=calendar(0, 7200)).notes)
