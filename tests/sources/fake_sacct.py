#!/usr/bin/env python3
"""Stands for sacct: prints the jobs of a JSON file that its arguments ask for."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


def epoch(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main():
    options = dict(zip(sys.argv[1:], sys.argv[2:], strict=False))
    with (HERE / "asked").open("a") as log:
        log.write(json.dumps(sys.argv[1:]) + "\n")
    fields = options["-o"].split(",")
    old = HERE / "old"
    if old.exists() and "Container" in fields:
        sys.exit('sacct: error: Invalid field requested: "Container"')
    mark = next(a for a in sys.argv if a.startswith("--delimiter=")).partition("=")[2]
    say(mark.join(fields))
    jobs = json.loads((HERE / "jobs.json").read_text())
    if "-j" in options:
        ids = set(options["-j"].split(","))
        shown = [job for job in jobs if job["JobIDRaw"] in ids]
    else:
        begin, end = epoch(options["-S"]), epoch(options["-E"])
        if begin >= end:
            sys.exit("sacct: error: the window ends before it begins")
        shown = [
            job
            for job in jobs
            if int(job["Submit"]) < end
            and (job["End"] == "Unknown" or int(job["End"]) >= begin)
            and not job.get("hidden")
        ]
    for job in shown:
        say(mark.join(str(job.get(field, "")) for field in fields))
        if (HERE / "dies").exists():
            sys.exit("sacct: error: Problem talking to the database: Connection refused")


main()
