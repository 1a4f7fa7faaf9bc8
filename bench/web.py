"""The page: how long it takes to the first byte, what it sends, when something is seen, and what it holds in memory."""

from __future__ import annotations

import http.client
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bench.figures import Figure, at_most, told
from bench.logs import config_text, copy_of_log
from bench.world import Size
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened

PAGES = ("/", "/contacts", "/contact/17", "/awaiting", "/stale", "/upcoming", "/companies", "/unmatched", "/sources")
CHROMIUM = Path("/usr/bin/chromium")
_TIMES = 40
_TICKS = os.sysconf("SC_CLK_TCK")
_STARTED_SECONDS = 60
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def run(quick: bool) -> Iterator[Figure]:
    sizes = [Size(1_000, 100), Size(4_000, 100)] if quick else [Size(100_000), Size(1_000_000)]
    at_first: dict[str, float] = {}
    for number, size in enumerate(sizes):
        with copy_of_log(size) as database:
            config = database.with_name("config.toml")
            config.write_text(config_text(database), encoding="utf-8")
            config.chmod(0o600)
            with opened(load_config(config)):
                pass
            with _Served(config) as page:
                for path in PAGES:
                    spent = page.cpu_seconds()
                    waits, sent = page.asked(path)
                    spent = (page.cpu_seconds() - spent) / (_TIMES + 1)
                    name = f"{path} of {size.activities:,} activities"
                    p95 = waits[int(len(waits) * 0.95)]
                    if number == 0:
                        yield at_most(f"{name}, first byte, 95th percentile", p95 * 1e3, "ms", 50)
                        yield at_most(f"{name}, compressed", sent / 1e3, "KB", 30)
                        yield told(f"{name}, CPU", spent * 1e3, "ms")
                        at_first[path] = spent
                    else:
                        ratio = spent / max(at_first[path], 1 / _TICKS / _TIMES)
                        yield at_most(f"{name} ÷ of {sizes[0].activities:,}, CPU", ratio, "×", 1.5)
                yield told("memory of the page", page.megabytes(), "MB")
                if number == 0 and CHROMIUM.exists():
                    yield from _seen(page)


class _Served:
    """`lasttouch web` as a process of its own, signed in to."""

    def __init__(self, config: Path) -> None:
        command = [sys.executable, "-c", "import cli; cli.main()", "web", "--no-open", "--json", "--port", "0"]
        self._process = subprocess.Popen(
            [*command, "--config", str(config)], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )

    def __enter__(self) -> _Served:
        assert self._process.stdout is not None
        assert select.select([self._process.stdout], [], [], _STARTED_SECONDS)[0]
        text = ""
        while not text.rstrip().endswith("}"):
            text += self._process.stdout.readline()
        self.link = json.loads(text)["url"]
        self.address = urlsplit(self.link).netloc
        self.cookie = self._get(urlsplit(self.link).path)[2].partition(";")[0]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def asked(self, path: str) -> tuple[list[float], int]:
        """How long each of many answers took to its first byte, sorted; and how much came, compressed."""
        found = [self._get(path)[:2] for _ in range(_TIMES + 1)][1:]
        return sorted(wait for wait, _ in found), found[0][1]

    def megabytes(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1e3

    def cpu_seconds(self) -> float:
        """Of the page, since it began (proc(5), utime and stime)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _get(self, path: str) -> tuple[float, int, str]:
        connection = http.client.HTTPConnection(self.address)
        headers = {"Accept-Encoding": "gzip", "Cookie": getattr(self, "cookie", "")}
        connection.connect()
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        wait = time.perf_counter() - began
        assert answer.status in (200, 303), (path, answer.status)
        return wait, len(answer.read()), answer.getheader("Set-Cookie", "")


def _seen(page: _Served) -> Iterator[Figure]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        context = browser.new_context(extra_http_headers={"Cookie": page.cookie})
        tab = context.new_page()
        for path in PAGES[:3]:
            requests: list[str] = []
            tab.on("request", lambda one, seen=requests: seen.append(one.url))
            tab.goto(f"http://{page.address}{path}", wait_until="networkidle")
            sent = [url for url in requests if url.startswith("http")]
            yield at_most(f"{path}, requests", len(sent), "", 3)
            yield at_most(f"{path}, first paint", tab.evaluate(_PAINT), "ms", 400)
        browser.close()
