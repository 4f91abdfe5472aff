#!/usr/bin/env python3
"""Looks for people in the sealed records of recorded agent runs.

usage: people_left.py RUNS < RECORDS

RUNS is the recorded runs, one JSON object a line, plain or .gz; RECORDS the sealed record of each,
in the same order. Whoever stands in a run under `first_name` and `last_name`, `email` or `dob`
must not stand anywhere in its record. Exit status 1 where somebody does.
"""
import gzip
import json
import re
import sys


def objects(value):
    """Every object in a value, in JSON texts as well."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            yield from objects(json.loads(value))
        except ValueError:
            pass


def people(run):
    """What the run tells of people under a key, lower-cased."""
    for one in objects(run["messages"]):
        if one.get("first_name") and one.get("last_name"):
            yield f"{one['first_name']} {one['last_name']}".lower()
        for key in ("email", "dob"):
            if isinstance(one.get(key), str):
                yield one[key].lower()


def main():
    path = sys.argv[1]
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        runs = [json.loads(line) for line in file]
    records = sys.stdin.read().splitlines()
    if len(runs) != len(records):
        sys.exit(f"{len(records)} records of {len(runs)} runs")
    told, left = 0, []
    for number, (run, record) in enumerate(zip(runs, records), 1):
        json.loads(record)
        text = record.lower()
        known = set(people(run))
        told += len(known)
        left += [number for one in known if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)]
    print(f"{told} names, addresses and dates of birth of people told, {len(left)} left")
    if left or not told:
        sys.exit(f"somebody is left in the records of the runs {sorted(set(left))}")


main()
