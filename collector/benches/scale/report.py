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
QUESTIONS = 0.02
"""How many questions there are for each record that is stored in the same time."""
STATISTICS = 0.1
"""How many of them are about the statistics of a month; the others are lists."""
MONTHS_KEPT, MONTHS_AHEAD, TABLES = 12, 3, 3
"""Each month is one partition of each of these tables, and one more of each has what fits no month."""
READERS, CONNECTIONS = 8, 14
"""How many connections of a collector read, and how many it has in all."""


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
    print("\n### PostgreSQL, ten and a hundred times as much (computed from these slopes, not measured)\n")
    factors = [wanted(figures, factor) for factor in (1, 10, 100)]
    print("| |" + "".join(f" {own['records a month']} |" for own in factors))
    print("| --- |" + " --- |" * len(factors))
    for name in list(factors[0])[1:]:
        print(f"| {name} |" + "".join(f" {own[name]} |" for own in factors))


def wanted(figures, factor):
    """What so many times the last size will want, by name."""
    records = figures[-1]["records"] * factor
    # What small stores have more for each record is what every store has at first.
    disk = records * figures[-1]["bytes"] / figures[-1]["records"]
    listed = at(figures, "list, p50 ms", records)
    summed = at(figures, "statistics of a month, p50 ms", records)
    # A day's peak hour has about three times its mean.
    peak = 3 * records / (30 * 86_400)
    # Each question holds a connection for as long as it takes.
    reading = peak * QUESTIONS * ((1 - STATISTICS) * listed + STATISTICS * summed) / 1e3 / BUSY
    taking = peak / BUSY / at(figures, "ingest, one a request, records/s", records)
    # One of them may be gone.
    collectors = max(1, math.ceil(taking), math.ceil(reading / READERS)) + 1
    return {
        "records a month": f"{records:,} records a month",
        "records/s in the peak hour, one a request": f"{peak:,.0f}",
        "collectors, of which one may be gone": f"{collectors}",
        f"connections that read ({READERS} a collector)": f"{math.ceil(reading)}",
        "`max_locks_per_transaction`, for the partitions of two years": "256",
        "`max_connections`": f"{collectors * CONNECTIONS + 10}",
        "disk a month, GB": f"{disk / 1e9:,.0f}",
        f"partitions, {MONTHS_KEPT} months kept": f"{TABLES * (MONTHS_KEPT + MONTHS_AHEAD + 1)}",
        "records in the largest partition": f"{records:,}",
        "`shared_buffers`, GB": f"{max(0.25, disk / 30 * HOT_DAYS / 1e9):,.1f}",
        "a list, ms": f"{listed:.1f}",
        "statistics of a month, ms": f"{summed:.0f}",
    }


def main():
    sqlite, postgres = (json.loads(pathlib.Path(path).read_text(encoding="ascii")) for path in sys.argv[1:3])
    table("SQLite", sqlite)
    table("PostgreSQL", postgres)
    computed(postgres)


main()
