"""Fills a store step by step and measures it at each size.

`measure.py PROGRAMS STORE OUT SIZE…`: PROGRAMS is the directory of the release build, STORE a directory
or the address of a PostgreSQL database, OUT the file that gets the figures as JSON.
"""

import atexit
import http.client
import json
import pathlib
import re
import signal
import subprocess
import sys
import time
from urllib.parse import urlencode, urlsplit

ROUNDS = 40
PAGE = 1_000
"""The page that is compared with the first."""
EXPORT = 100_000
"""How many records of an export are measured."""
INGEST_SECONDS = 2
"""Few, so that what is stored by it is less than the next size has more."""
CLIENTS = 20
DAYS = 30


class Server:
    """A collector over the store, for as long as it is measured."""

    def __init__(self, programs, place):
        arguments = ["--store", place] if "://" in place else ["--data", place]
        self.process = subprocess.Popen(
            [f"{programs}/epilogue-collector", *arguments, "serve", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True)
        # Whatever fails, nothing goes on running.
        atexit.register(self.process.kill)
        self.said = {}
        for line in self.process.stdout:
            name, _, value = line.strip().partition(": ")
            self.said[name] = value
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                break
        else:
            raise SystemExit("the collector does not start")

    def lag(self):
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc)
        connection.request("GET", "/metrics")
        page = connection.getresponse().read().decode()
        lag = re.search(r"^epilogue_text_index_lag_records (\S+)", page, re.M)
        return float(lag.group(1)) if lag else 1

    def memory(self):
        """The most memory it has had, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) * 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Reader:
    def __init__(self, url, key):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc)
        self.key = key

    def send(self, path, parameters):
        query = f"{path}?{urlencode(parameters)}" if parameters else path
        self.connection.request("GET", query, headers={"X-API-Key": self.key})
        response = self.connection.getresponse()
        if response.status != 200:
            raise SystemExit(f"{query}: {response.status} {response.read()[:200]}")
        return response

    def ask(self, path, **parameters):
        begun = time.perf_counter()
        body = self.send(path, parameters).read()
        return (time.perf_counter() - begun) * 1e3, json.loads(body)

    def times(self, path, **parameters):
        """The median and the 99th percentile in milliseconds, of answers on a kept connection."""
        return spread([self.ask(path, **parameters)[0] for _ in range(ROUNDS)])


def spread(times):
    times = sorted(times)
    return [times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]]


def queries(reader):
    """What people and programs ask, by what it is called in the report."""
    newest = reader.ask("/v1/logs", limit=1)[1]["items"][0]["executed_at"]
    some = reader.ask("/v1/logs", kind="workflow", limit=1)[1]["items"][0]
    midnight = f"{newest[:10]}T00:00:00Z"
    month = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - (DAYS - 1) * 86_400))
    found = {
        "list": reader.times("/v1/logs"),
        "list of a client": reader.times("/v1/logs", client_id=some["client_id"]),
        "filter": reader.times("/v1/logs", kind="workflow", status=some["status"]),
        "sorted by duration": reader.times("/v1/logs", sort="duration"),
        "full text": reader.times("/v1/logs", q="customer"),
        "full text, rare": reader.times("/v1/logs", q=some["ticket_id"]),
        "one record": reader.times(f"/v1/logs/{some['record_id']}"),
        "one ticket": reader.times(f"/v1/tickets/{some['ticket_id']}"),
        "statistics of a day": reader.times("/v1/stats", since=midnight, until=newest),
        "statistics of a month": reader.times("/v1/stats", since=month, until=newest, group_by="status"),
    }
    return found | pages(reader)


def pages(reader):
    cursor, times = {}, []
    for _ in range(PAGE + 20):
        took, answer = reader.ask("/v1/logs", **cursor)
        times.append(took)
        if "next_cursor" not in answer:
            break
        cursor = {"cursor": answer["next_cursor"]}
    if len(times) < PAGE + 20:
        return {"pages 1 to 20": spread(times[:20])}
    return {"pages 1 to 20": spread(times[:20]), f"pages {PAGE} to {PAGE + 19}": spread(times[PAGE:])}


def exported(url, key):
    """Records a second. The export is cut off where enough of it was measured."""
    reader, records, begun = Reader(url, key), 0, time.perf_counter()
    response = reader.send("/v1/export", {"format": "ndjson"})
    while records < EXPORT and (part := response.read(1 << 20)):
        records += part.count(b"\n")
    took = time.perf_counter() - begun
    reader.connection.close()
    return records / took


def load(programs, url, key, *options):
    command = [f"{programs}/examples/load", url, key, "--seconds", str(INGEST_SECONDS), *options]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(told.splitlines()[-1])


def disk(programs, place):
    """Bytes of the store and its index of words, without their logs."""
    if "://" not in place:
        return sum(file.stat().st_size for file in pathlib.Path(place).glob("epilogue*.db"))
    told = subprocess.run(["psql", "-XAtc", "SELECT pg_database_size(current_database())", place],
                          check=True, capture_output=True, text=True).stdout
    return int(told)


def fill(programs, place, records, seed):
    command = [f"{programs}/examples/fill", place, "--records", str(records), "--seed", str(seed),
               "--clients", str(CLIENTS), "--days", str(DAYS)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return re.search(r"^provider key: (\S+)", told, re.M).group(1)


def main():
    programs, place, out, *sizes = sys.argv[1:]
    figures, stored, ingest_key = [], 0, None
    for seed, size in enumerate(map(int, sizes), start=1):
        # The first start makes the key that records are stored by.
        if ingest_key is None:
            server = Server(programs, place)
            ingest_key = server.said["api key"]
            server.stop()
        key = fill(programs, place, size - stored, seed)
        server = Server(programs, place)
        begun = time.perf_counter()
        while server.lag() > 0:
            time.sleep(1)
        print(f"{size} records; their words took {time.perf_counter() - begun:.0f} s more", file=sys.stderr)
        own = {"records": size, "bytes": disk(programs, place)}
        reader = Reader(server.url, key)
        own["queries"] = queries(reader)
        own["exported"] = exported(server.url, key)
        own["single"] = load(programs, server.url, ingest_key)
        own["batched"] = load(programs, server.url, ingest_key, "--batch", "500", "--connections", "8", "--zstd")
        stored = size + int((own["single"]["requests"]) + own["batched"]["requests"] * 500)
        own["memory"] = server.memory()
        server.stop()
        figures.append(own)
        print(json.dumps(own), file=sys.stderr)
    pathlib.Path(out).write_text(json.dumps(figures), encoding="ascii")


main()
