"""Puts the figures of both stores side by side, and computes from their slopes what more will want.

`report.py SQLITE POSTGRES`: the files that `measure.py` has written. Prints Markdown.
"""

import json
import math
import pathlib
import sys

BUSY = 0.5
"""How much of a measured rate is planned with: the rest is for peaks, and for who asks."""
HOT_DAYS = 2
"""How many days of records are kept in the memory of PostgreSQL: most questions are about those."""


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def slope(points):
    """The exponent by which the second grows with the first: 0 stays, 1 doubles when that doubles."""
    points = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


def rows(figures):
    """Each line of the table: its name, and its figure at each size."""
    yield "ingest, one a request, records/s", [own["single"]["records_per_second"] for own in figures]
    yield "ingest, 500 a request, records/s", [own["batched"]["records_per_second"] for own in figures]
    for name in figures[-1]["queries"]:
        yield f"{name}, p50 ms", [own["queries"].get(name, [math.nan])[0] for own in figures]
    yield "export, records/s", [own["exported"] for own in figures]
    yield "bytes on disk a record", [own["bytes"] / own["records"] for own in figures]
    yield "memory of the collector, MB", [own["memory"] / 1e6 for own in figures]


def table(name, figures):
    sizes = [own["records"] for own in figures]
    print(f"\n### {name}\n")
    print("| |" + "".join(f" {size:,} |" for size in sizes) + " grows with the records to the power of |")
    print("| --- |" + " --- |" * (len(sizes) + 1))
    for label, values in rows(figures):
        known = [(size, value) for size, value in zip(sizes, values) if not math.isnan(value)]
        cells = "".join(" |" if math.isnan(value) else f" {number(value)} |" for value in values)
        print(f"| {label} |{cells} {slope(known):+.2f} |")


def at(figures, label, records):
    """What a figure would be at so many records, by its slope, from the last that was measured."""
    values = dict(rows(figures))[label]
    sizes = [own["records"] for own in figures]
    return values[-1] * (records / sizes[-1]) ** slope(list(zip(sizes, values)))


def computed(figures):
    """What to set for more of it. Nothing here was measured."""
    measured = figures[-1]["records"]
    print("\n### PostgreSQL, ten and a hundred times as much (computed from these slopes, not measured)\n")
    print("| records a month | disk a month | memory for PostgreSQL (`shared_buffers`) | collectors "
          "| connections | a list | statistics of a month |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for factor in (1, 10, 100):
        records = measured * factor
        disk = records * at(figures, "bytes on disk a record", records)
        # A day's peak hour has about three times its mean.
        peak = 3 * records / (30 * 86_400)
        collectors = max(2, math.ceil(peak / BUSY / at(figures, "ingest, one a request, records/s", records)))
        # Two that write, eight that read, two for keys, one for words and one for sums, each.
        print(f"| {records:,} | {disk / 1e9:,.0f} GB | {max(0.25, disk / 30 * HOT_DAYS / 1e9):,.1f} GB "
              f"| {collectors} | {collectors * 14 + 10} | {at(figures, 'list, p50 ms', records):.1f} ms "
              f"| {at(figures, 'statistics of a month, p50 ms', records):.0f} ms |")


def main():
    sqlite, postgres = (json.loads(pathlib.Path(path).read_text(encoding="ascii")) for path in sys.argv[1:3])
    table("SQLite", sqlite)
    table("PostgreSQL", postgres)
    computed(postgres)


main()
