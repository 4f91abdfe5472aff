"""Asks a running collector what people ask it, and tells how long each answer took.

`ask.py URL KEY PID`: URL as the server prints it, KEY of the scope `provider`, PID of the server, whose
memory is told at the end. Times are those of the whole request on a kept connection, in milliseconds.
"""

import http.client
import json
import sys
import time
from urllib.parse import urlencode, urlsplit

ROUNDS = 60
PAGES = 1000


class Collector:
    def __init__(self, url, key):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc)
        self.key = key

    def ask(self, path, **parameters):
        query = f"{path}?{urlencode(parameters)}" if parameters else path
        begun = time.perf_counter()
        self.connection.request("GET", query, headers={"X-API-Key": self.key})
        response = self.connection.getresponse()
        body = response.read()
        took = (time.perf_counter() - begun) * 1e3
        if response.status != 200:
            raise SystemExit(f"{query}: {response.status} {body[:200]}")
        return took, json.loads(body)


def told(name, times, note=""):
    times = sorted(times)
    p50, p99 = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
    print(f"{name:66} p50 {p50:7.2f} ms  p99 {p99:7.2f} ms  {note}")


def measured(collector, path, **parameters):
    times = []
    for _ in range(ROUNDS):
        took, answer = collector.ask(path, **parameters)
        times.append(took)
    told(f"{path} {urlencode(parameters)}"[:66], times, f"{len(answer.get('items', answer.get('groups', [])))} items")
    return answer


def lists(collector):
    first = measured(collector, "/v1/logs")["items"]
    some = {name: value for item in first for name, value in item.items()}
    for name in ("kind", "client_id", "ticket_id", "status", "category", "environment", "workflow_version",
                 "provider_name", "action_type", "event_type", "resource_type", "user_id", "outcome"):
        if name in some:
            measured(collector, "/v1/logs", **{name: some[name]})
    measured(collector, "/v1/logs", min_confidence=0.9)
    measured(collector, "/v1/logs", since=first[-1]["executed_at"])
    for sort in ("duration", "confidence"):
        measured(collector, "/v1/logs", sort=sort)
        measured(collector, "/v1/logs", sort=sort, order="asc", outcome="failed")
    measured(collector, "/v1/logs", q="customer")
    measured(collector, "/v1/logs/failed", minutes=1440)
    measured(collector, f"/v1/logs/{first[0]['record_id']}")
    if "ticket_id" in some:
        measured(collector, f"/v1/tickets/{some['ticket_id']}")


def pages(collector):
    cursor, times = {}, []
    for _ in range(PAGES):
        took, answer = collector.ask("/v1/logs", **cursor)
        times.append(took)
        if "next_cursor" not in answer:
            break
        cursor = {"cursor": answer["next_cursor"]}
    told("pages 1 to 50", times[:50])
    told(f"pages {len(times) - 49} to {len(times)}", times[-50:])


def statistics(collector):
    newest = collector.ask("/v1/logs", limit=1)[1]["items"][0]["executed_at"]
    day = {"since": newest[:10] + "T00:00:00Z", "until": newest}
    for period in ({}, day):
        for by in (None, "kind", "client_id,status", "category,status,workflow_version",
                   "kind,client_id,status,category,environment,provider_name,action_type,event_type"):
            measured(collector, "/v1/stats", **period, **({"group_by": by} if by else {}))
    measured(collector, "/v1/stats/series", bucket="hour", until=newest)
    measured(collector, "/v1/stats/series", bucket="day", until=newest, group_by="status")


def export(collector, form):
    begun, records = time.perf_counter(), 0
    collector.connection.request("GET", f"/v1/export?format={form}", headers={"X-API-Key": collector.key})
    response = collector.connection.getresponse()
    while part := response.read(1 << 20):
        records += part.count(b"\n")
    print(f"export as {form}: {records} lines in {time.perf_counter() - begun:.1f} s")


def main():
    url, key, pid = sys.argv[1:4]
    collector = Collector(url, key)
    lists(collector)
    pages(collector)
    statistics(collector)
    for form in ("ndjson", "csv"):
        export(collector, form)
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        print(next(line.strip() for line in status if line.startswith("VmHWM")))


main()
