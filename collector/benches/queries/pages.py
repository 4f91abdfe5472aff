"""Asks a running collector for each page of its dashboard, and tells how long that took.

`pages.py URL NAME PASSWORD`: URL as the server prints it, NAME and PASSWORD as the first start prints
them; the password is replaced by another. Times are from the request on a new connection to the first
byte of the answer and to its last, in milliseconds; the weight is that of the page as it is transferred.
"""

import gzip
import http.client
import re
import secrets
import sys
import time
from urllib.parse import urlencode, urlsplit

ROUNDS = 15
RANGES = ("1h", "24h", "7d", "30d", "90d")


class Visitor:
    """Somebody who is logged in."""

    def __init__(self, url, name, password):
        self.place = urlsplit(url).netloc
        self.cookie = ""
        self.send("/login", name=name, password=password)
        new = secrets.token_hex(16)
        self.send("/account/password", present=password, new=new, again=new)

    def ask(self, path, body=None):
        """The answer's status, its text, the times of its first and last byte, and its bytes."""
        connection = http.client.HTTPConnection(self.place)
        connection.connect()
        headers = {"Cookie": self.cookie}
        if body is None:
            headers["Accept-Encoding"] = "gzip"
        else:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        begun = time.perf_counter()
        connection.request("GET" if body is None else "POST", path, body, headers)
        response = connection.getresponse()
        first = response.read(1)
        begin = (time.perf_counter() - begun) * 1e3
        whole = first + response.read()
        end = (time.perf_counter() - begun) * 1e3
        for cookie in response.headers.get_all("set-cookie") or []:
            self.cookie = cookie.split(";")[0]
        connection.close()
        return response.status, whole, begin, end

    def text(self, path):
        status, body, *_ = self.ask(path)
        if status != 200:
            raise SystemExit(f"{path}: {status}")
        return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()

    def send(self, path, **fields):
        token = re.search(r'name="csrf" value="([^"]*)"', self.text(path))
        if token:
            fields["csrf"] = token.group(1)
        status, *_ = self.ask(path, urlencode(fields))
        if status != 303:
            raise SystemExit(f"{path}: {status}")

    def link(self, page, under):
        """The first link on a page that leads under a path."""
        found = re.search(f'href="({under}/[^"]+)"', self.text(page))
        return found.group(1).replace("&#38;", "&") if found else None


def pages(visitor):
    run = visitor.link("/tickets?outcome=failed", "/runs")
    yield from ("/", *(f"/?range={name}" for name in RANGES))
    yield from ("/tickets", "/tickets?status=FAILED&sort=duration", "/tickets?q=refund")
    yield from (run, f"{run}/outline", visitor.link(run, "/tickets"))
    for page in ("/actions", "/syncs", "/webhooks", "/parsing"):
        yield from (page, f"{page}?range=90d")
    yield from ("/audit", visitor.link("/audit", "/records"), "/timeline", visitor.link("/timeline", "/timeline"))
    yield from (visitor.link("/webhooks", "/webhooks"), "/keys", "/users", "/account")


def main():
    visitor = Visitor(*sys.argv[1:4])
    for path in filter(None, pages(visitor)):
        answers = [visitor.ask(path) for _ in range(ROUNDS)]
        begins, ends = (sorted(answer[at] for answer in answers) for at in (2, 3))
        middle = ROUNDS // 2
        print(
            f"{path[:60]:60} {answers[0][0]} first byte p50 {begins[middle]:6.1f} ms most {begins[-1]:6.1f} ms  "
            f"whole p50 {ends[middle]:7.1f} ms  {len(answers[0][1]) / 1000:6.1f} KB"
        )


main()
