"""Each format of telemetry: what is recognised, what becomes of its samples, what is refused."""

import json
import math
from datetime import UTC, datetime

import pytest

from ingest.formats.telemetry import telemetry_format
from ingest.formats.telemetry_base import TelemetryOptions
from ingest.formats.telemetry_text import parse_series
from ingest.telemetry_samples import SampleCollector
from ingest.telemetry_series import device_of, node_name
from model.errors import InputError

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
AT_S = int(AT.timestamp())


def collected(text, *, at=AT, node="n1", metric=None, timezone="UTC"):
    """The points {(gpu, second, kind): value} of a text, and its collector."""
    options = TelemetryOptions(at=at, node=node, metric=metric, timezone=timezone)
    data = text.encode()
    collector = SampleCollector(options)
    form = telemetry_format(data)
    third = max(1, len(data) // 3)
    blocks = (data[n : n + third] for n in range(0, len(data), third))
    for batch in form.batches(blocks, options):
        collector.add(batch)
    devices = collector.devices
    points = {
        (devices[row["device"]].card, row["second"], row["kind"]): row["value"]
        for row in collector.frame().to_dicts()
    }
    return points, collector


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ('DCGM_FI_DEV_GPU_UTIL{gpu="0",Hostname="a"} 42', "util", 0.42),
        ('DCGM_FI_DEV_GPU_UTIL{gpu="0",hostname="a"} 42', "util", 0.42),
        ('dcgm_gpu_utilization{gpu="0",uuid="x"} 42', "util", 0.42),
        ('DCGM_FI_PROF_SM_ACTIVE{gpu="0"} 0.5', "sm", 0.5),
        ('DCGM_FI_PROF_DRAM_ACTIVE{gpu="0"} 0.5', "dram", 0.5),
        ('DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0"} 5000', "energy_j", 5.0),
        ('nvidia_gpu_duty_cycle{minor_number="0"} 7', "util", 0.07),
        ('nvidia_gpu_sm_util_percent{minor_number="0"} 0.7', "sm", 0.7),
        ('nvidia_gpu_memory_used_bytes{minor_number="0"} 1048576', "memory_mb", 1.0),
        ('nvidia_gpu_power_usage_milliwatts{minor_number="0"} 70000', "power_w", 70.0),
        ('slurm_job_utilization_gpu{gpu="0",slurmjobid="1"} 9', "util", 0.09),
        ('slurm_job_power_gpu{gpu="0",slurmjobid="1"} 9000', "power_w", 9.0),
        ('gpu_gfx_activity{gpu_id="0",hostname="a"} 10', "util", 0.1),
        ('amd_gpu_gfx_activity{gpu_id="0",hostname="a"} 10', "util", 0.1),
        ('GPU_GFX_ACTIVITY{gpu_id="0",hostname="a"} 10', "util", 0.1),
        ('gpu_used_vram{gpu_id="0"} 1048.576', "memory_mb", 1000.0),
        ('gpu_energy_consumed{gpu_id="0"} 9000000', "energy_j", 9.0),
        ('xpum_engine_ratio{pci_bdf="0"} 0.25', "util", 0.25),
        ('xpum_power_watts{pci_bdf="0",node="a"} 300', "power_w", 300.0),
        ('hw_gpu_utilization_ratio{pci_bdf="0",node="a"} 0.25', "util", 0.25),
        ('hw_memory_usage_bytes{pci_bdf="0",node="a"} 2097152', "memory_mb", 2.0),
    ],
)
def test_the_metrics_of_every_exporter_come_to_one_unit(line, kind, value):
    points, collector = collected(line + "\n")
    assert [(key[2], told) for key, told in points.items()] == [(kind, value)]
    assert collector.accepted == 1


def test_a_value_that_is_none_is_never_zero():
    text = (
        'DCGM_FI_DEV_GPU_UTIL{gpu="0"} NaN\n'
        'DCGM_FI_DEV_GPU_UTIL{gpu="1"} 9.223372036854776e+18\n'
        'DCGM_FI_PROF_SM_ACTIVE{gpu="2"} 140737488355328\n'
        'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="3"} 9223372036854775794\n'
    )
    points, collector = collected(text)
    assert len(points) == 4
    assert all(math.isnan(value) for value in points.values())
    assert (collector.accepted, collector.reasons.total()) == (4, 0)


def test_values_out_of_range_are_quarantined():
    text = (
        'DCGM_FI_DEV_GPU_UTIL{gpu="0"} 250\n'
        'DCGM_FI_DEV_GPU_UTIL{gpu="0"} -1\n'
        'DCGM_FI_DEV_GPU_UTIL{gpu="0"} +Inf\n'
        'DCGM_FI_PROF_SM_ACTIVE{gpu="0"} 1.01\n'
        'DCGM_FI_DEV_GPU_UTIL{gpu="0"} 5 12\n'
    )
    points, collector = collected(text)
    assert collector.reasons == {"out_of_range": 3, "bad_time": 1}
    assert list(points.values()) == [1.0]
    assert [reject.line for reject in collector.rejects] == [1, 2, 3, 5]


def test_lines_that_are_no_samples_are_quarantined_with_their_number():
    text = '# HELP x y\nDCGM_FI_DEV_GPU_UTIL{gpu="0"} 5\nrubbish here now\n\nDCGM_FI_DEV_GPU_UTIL{gpu="0" 5\n'
    _, collector = collected(text)
    assert [(each.line, each.reason) for each in collector.rejects] == [
        (3, "bad_line"),
        (5, "bad_line"),
    ]
    assert collector.accepted == 1


def test_times_in_seconds_and_in_milliseconds():
    text = 'DCGM_FI_DEV_GPU_UTIL{gpu="0"} 5 1795190400\nDCGM_FI_DEV_GPU_UTIL{gpu="0"} 6 1795190430027\n# EOF\n'
    points, _ = collected(text, at=None)
    assert [key[1] for key in sorted(points)] == [1795190400, 1795190430]


def test_a_scrape_without_a_time_needs_one():
    with pytest.raises(InputError, match="--at"):
        collected('DCGM_FI_DEV_GPU_UTIL{gpu="0"} 5\n', at=None)


def test_the_same_reading_under_two_jobs_is_one_reading():
    text = 'DCGM_FI_DEV_GPU_UTIL{gpu="0",hpc_job="1"} 99\nDCGM_FI_DEV_GPU_UTIL{gpu="0",hpc_job="2"} 99\n'
    points, collector = collected(text)
    assert points == {("0", AT_S, "util"): 0.99}
    assert collector.accepted == 2


def test_tiles_of_one_card_are_one_device():
    text = (
        'xpum_engine_ratio{uuid="u",sub_dev="0",node="a"} 0.2\n'
        'xpum_engine_ratio{uuid="u",sub_dev="1",node="a"} 0.6\n'
        'xpum_memory_used_bytes{uuid="u",sub_dev="0",node="a"} 1048576\n'
        'xpum_memory_used_bytes{uuid="u",sub_dev="1",node="a"} 2097152\n'
        'xpum_power_watts{uuid="u",sub_dev="0",node="a"} 100\n'
        'xpum_power_watts{uuid="u",node="a"} 250\n'
    )
    points, _ = collected(text)
    assert points == {
        ("u", AT_S, "util"): 0.4,
        ("u", AT_S, "memory_mb"): 3.0,
        ("u", AT_S, "power_w"): 250.0,
    }


def test_the_power_of_a_card_is_not_that_of_each_of_its_instances():
    labels = 'gpu="0",UUID="u",GPU_I_PROFILE="1g.12gb",GPU_I_ID='
    text = (
        f'DCGM_FI_DEV_POWER_USAGE{{{labels}"7"}} 300\nDCGM_FI_DEV_POWER_USAGE{{{labels}"8"}} 300\n'
        f'DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{labels}"7"}} 0.5\n'
    )
    _, collector = collected(text)
    told = collector.frame().unique().sort("kind")
    devices = [
        (collector.devices[n].instance, collector.devices[n].profile) for n in told["device"]
    ]
    assert list(zip(told["kind"], devices, strict=True)) == [
        ("gr", ("7", "1g.12gb")),
        ("power_w", (None, None)),
    ]


def test_partitions_of_amd_report_power_as_zero_and_are_not_believed():
    text = (
        'gpu_package_power{gpu_id="0",gpu_partition_id="0"} 500\n'
        'gpu_package_power{gpu_id="0",gpu_partition_id="1"} 0\n'
        'gpu_used_vram{gpu_id="0",gpu_partition_id="1"} 0\n'
    )
    _, collector = collected(text)
    frame = collector.frame()
    assert collector.others.total() == 1
    assert [each.instance for each in collector.devices] == [None, "p1"]
    assert frame.filter(kind="power_w")["value"].to_list() == [500.0]


def test_a_matrix_whose_values_python_wrote_with_spaces():
    metric = {"__name__": "DCGM_FI_DEV_GPU_UTIL", "gpu": "0", "Hostname": "n1"}
    answer = {
        "status": "success",
        "data": {
            "resultType": "matrix",
            "result": [
                {"metric": metric, "values": [[AT_S, "5"], [AT_S + 30.5, "NaN"], [AT_S + 60, "x"]]}
            ],
        },
        "warnings": ["of a newer server"],
    }
    points, collector = collected(json.dumps(answer))
    assert points[("0", AT_S, "util")] == 0.05
    assert math.isnan(points[("0", AT_S + 30, "util")])
    assert collector.reasons == {"bad_line": 1}


def test_a_nameless_series_takes_the_stated_name():
    answer = (
        '{"status":"success","data":{"resultType":"vector","result":'
        '[{"metric":{"gpu":"0","Hostname":"n1"},"value":[1795193305,"21.9"]}]}}'
    )
    _, unnamed = collected(answer)
    assert unnamed.others.total() == 1
    points, _ = collected(answer, metric="DCGM_FI_DEV_GPU_UTIL")
    assert points == {("0", 1795193305, "util"): 0.219}


def test_promtool_prints_a_series_over_its_points():
    text = (
        'DCGM_FI_DEV_GPU_UTIL{Hostname="n1", gpu="1"} =>\n0 @[1795193514]\n7 @[1795193524.5]\n'
        'DCGM_FI_DEV_GPU_UTIL{Hostname="n1", gpu="2"} => 9 @[1795193534]\n\noops\n'
    )
    points, collector = collected(text)
    assert points == {
        ("1", 1795193514, "util"): 0.0,
        ("1", 1795193524, "util"): 0.07,
        ("2", 1795193534, "util"): 0.09,
    }
    assert [(each.line, each.reason) for each in collector.rejects] == [(6, "bad_line")]


SMI = "timestamp, index, utilization.gpu [%], memory.used [MiB], power.draw [W]\n"


@pytest.mark.parametrize("units", [True, False])
def test_nvidia_smi_with_and_without_units(units):
    percent, mebibytes, watts = (" %", " MiB", " W") if units else ("", "", "")
    text = SMI + f"2026/11/01 09:00:00.500, 0, 30{percent}, 2048{mebibytes}, 99.50{watts}\n"
    points, collector = collected(text)
    assert points == {
        ("0", AT_S, "util"): 0.3,
        ("0", AT_S, "memory_mb"): 2048.0,
        ("0", AT_S, "power_w"): 99.5,
    }
    assert (collector.accepted, collector.devices[0].node) == (1, "n1")


def test_what_nvidia_smi_cannot_tell_is_no_data_and_damaged_lines_are_set_aside():
    text = SMI + (
        "2026/11/01 09:00:00, 0, [N/A], 2048 MiB, [Requested functionality has been deprecated]\n"
        "yesterday, 0, 1 %, 2048 MiB, 9 W\n"
        "2026/11/01 09:00:30, 0, 1 %\n" + SMI + "2026/11/01 09:01:00, 0, 400 %, 2048 MiB, 9 W\n"
    )
    points, collector = collected(text)
    assert math.isnan(points[("0", AT_S, "util")])
    assert math.isnan(points[("0", AT_S, "power_w")])
    assert collector.reasons == {"bad_time": 1, "cut_off": 1, "out_of_range": 1}
    assert collector.accepted == 1
    assert {key[1] for key in points} == {AT_S}


@pytest.mark.parametrize(
    "text",
    [SMI + "2026/11/01 09:00:00, 0, 1 %, 2 MiB, 3 W\n", 'up 1\nDCGM_FI_DEV_GPU_UTIL{gpu="0"} 1\n'],
)
def test_lines_may_end_as_on_windows_and_the_last_need_not_end(text):
    there, _ = collected(text)
    windows, _ = collected(text.replace("\n", "\r\n"))
    unended, _ = collected(text.rstrip("\n"))
    assert there
    assert there == windows == unended


def test_bytes_that_are_no_text_spoil_their_line_alone():
    options = TelemetryOptions(at=AT, node="n1")
    collector = SampleCollector(options)
    data = b'DCGM_FI_DEV_GPU_UTIL{gpu="0"} 5\n\xff\xfe rubbish\nDCGM_FI_DEV_GPU_UTIL{gpu="1"} 5\n'
    for batch in telemetry_format(data).batches(iter([data]), options):
        collector.add(batch)
    assert (collector.accepted, collector.reasons) == (2, {"bad_line": 1})


def test_local_times_of_nvidia_smi_are_in_the_stated_zone():
    text = SMI + "2026/07/01 09:00:00, 0, 1 %, 2 MiB, 3 W\n"
    points, _ = collected(text, timezone="Europe/London")
    assert {key[1] for key in points} == {int(datetime(2026, 7, 1, 8, tzinfo=UTC).timestamp())}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("timestamp, utilization.gpu [%], memory.used [MiB]\n2026, 1, 2\n", "which card"),
        ("index, uuid, name\n0, x, y\n", "no column of use"),
        (
            '{"status":"error","errorType":"bad_data","error":"1:5: parse error"}',
            "1:5: parse error",
        ),
        ('{"status":"success","data":["a","b"]}', "names or units"),
        ('{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}', "scalar"),
        ('{"jobs":[]}', "no answer of Prometheus"),
        ('{"status":"succ', "no answer of Prometheus"),
        ("JS1:H4sIADelIWcC/1WNQQqDMBBF7z", "jobstats"),
        ("JobIDRaw|AdminComment\n1|JS1:None\n", "jobstats"),
        ("Dear diary, nothing happened.\n", "no telemetry"),
        ("#!/bin/bash\necho\n", "a program"),
        ("PK\x03\x04", "not text"),
    ],
)
def test_what_is_no_telemetry_is_refused_in_a_line(text, said):
    with pytest.raises(InputError, match=said) as caught:
        collected(text)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("up", {"__name__": "up"}),
        ('a{b="c"}', {"__name__": "a", "b": "c"}),
        ('{__name__="a", b="c,}{\\"\\\\n"}', {"__name__": "a", "b": 'c,}{"\\n'}),
        ('{"a.b", c="d"}', {"__name__": "a.b", "c": "d"}),
        ('a{b="c",}', {"__name__": "a", "b": "c"}),
        ("a{b=c}", None),
    ],
)
def test_the_labels_of_a_series(text, labels):
    assert parse_series(text) == labels


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nid000001", "nid000001"),
        ("nid000001.example.ac.uk:9400", "nid000001"),
        ("127.0.0.1:19400", None),
        ("localhost:80", None),
        ("[::1]:9400", None),
        ("2001:db8::1", None),
    ],
)
def test_a_node_is_a_name_and_no_address(text, name):
    assert node_name(text) == name


def test_an_exporters_uuid_is_spelt_as_nvidias():
    bare = device_of({"uuid": "EF6EF310-f8e2-cef9-036e-8f12d59b5ffc", "instance": "g1:9835"})
    full = device_of({"UUID": "GPU-ef6ef310-f8e2-cef9-036e-8f12d59b5ffc", "Hostname": "g1"})
    assert bare.uuid == full.uuid == "GPU-ef6ef310-f8e2-cef9-036e-8f12d59b5ffc"
    assert bare.node == full.node == "g1"


def test_samples_that_name_no_node_or_gpu_are_quarantined():
    text = 'DCGM_FI_DEV_GPU_UTIL{gpu="0"} 5\nDCGM_FI_DEV_GPU_UTIL{Hostname="a"} 5\nup{instance="a"} 1\n'
    points, collector = collected(text, node=None)
    assert collector.reasons == {"no_node": 1, "no_gpu": 1}
    assert (points, collector.others.total()) == ({}, 1)
