"""The page: how long it takes to the first byte, what it sends, when something is seen, and what it
holds in memory."""

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
from bench.processes import TICKS, children_of, own_cpu_of
from bench.world import END, Size
from lasttouch.configuration.config import load_config
from lasttouch.keeping import login_links
from lasttouch.keeping.opening import opened
from lasttouch.local_time import utc_now

PAGES = (
    "/", "/contacts", "/contact/17", "/activity/77", "/awaiting", "/stale", "/upcoming", "/companies",
    "/company/Company%203", "/unmatched", "/sources", "/search?q=bo",
)  # fmt: skip
CHROMIUM = Path("/usr/bin/chromium")
_AT_ANOTHER_TIME = Path(__file__).parents[1] / "tests" / "shifted_clock.py"
_TIMES = 40
_STARTED_SECONDS = 60
_SETTLED_SECONDS = 5
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def run(quick: bool) -> Iterator[Figure]:
    contacts = 100 if quick else 400
    sizes = [Size(number, contacts) for number in ((1_000, 4_000) if quick else (100_000, 1_000_000))]
    at_first: dict[str, float] = {}
    for number, size in enumerate(sizes):
        with copy_of_log(size) as database:
            config = database.with_name("config.toml")
            config.write_text(config_text(database), encoding="utf-8")
            config.chmod(0o600)
            with opened(load_config(config), lambda: END):
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
                        ratio = spent / max(at_first[path], 1 / TICKS / _TIMES)
                        yield at_most(f"{name} ÷ of {sizes[0].activities:,}, CPU", ratio, "×", 1.5)
                yield told("memory of the page", page.megabytes(), "MB")
                if number == 0 and CHROMIUM.exists():
                    yield from _seen(page)
            if number == 0:
                without, with_it = _daemon_megabytes(config, False), _daemon_megabytes(config, True)
                yield told("memory of the daemon", without, "MB")
                yield at_most("memory of the daemon with the page, more", with_it - without, "MB", 60)


class _Served:
    """`lasttouch web` as a process of its own, signed in to; it is the end of the world's time there."""

    def __init__(self, config: Path) -> None:
        ahead = config.with_name("ahead")
        ahead.write_text(str((END - utc_now()).total_seconds()))
        command = [sys.executable, str(_AT_ANOTHER_TIME), str(ahead), "web", "--no-open", "--json", "--port", "0"]
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
        self.cookie = _get(self.address, urlsplit(self.link).path)[2].partition(";")[0]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def asked(self, path: str) -> tuple[list[float], int]:
        """How long each of many answers took to its first byte, sorted; and how much came,
        compressed."""
        found = [_get(self.address, path, self.cookie)[:2] for _ in range(_TIMES + 1)][1:]
        return sorted(wait for wait, _ in found), found[0][1]

    def megabytes(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1e3

    def cpu_seconds(self) -> float:
        """Of the page, since it began."""
        return own_cpu_of(self._process.pid)


def _daemon_megabytes(config: Path, has_page: bool) -> float:
    """Of the daemon and its processes, what they share counted once (proc(5), Pss); the page was
    looked at by then."""
    plain = config.read_text(encoding="utf-8")
    if has_page:
        config.write_text(f'{plain}\n[web]\nlisten = "127.0.0.1:0"\n', encoding="utf-8")
    command = [sys.executable, "-c", "import cli; cli.main()", "--config", str(config), "run", "--log-level", "info"]
    journal = config.with_name("journal")
    with journal.open("w") as said:
        process = subprocess.Popen(command, stderr=said, env=dict(os.environ))
    try:
        deadline = time.monotonic() + _STARTED_SECONDS
        while not all(one in journal.read_text("utf-8") for one in ("started: ", *["the page is at "] * has_page)):
            assert time.monotonic() < deadline, journal.read_text("utf-8")
            time.sleep(0.1)
        if has_page:
            _looked_at(config)
        time.sleep(_SETTLED_SECONDS)
        return sum(_pss(pid) for pid in _with_children(process.pid)) / 1e3
    finally:
        process.terminate()
        process.wait()
        config.write_text(plain, encoding="utf-8")


def _looked_at(config: Path) -> None:
    page = login_links.running(load_config(config).database)
    assert page is not None
    address = urlsplit(page.url).netloc
    cookie = _get(address, urlsplit(login_links.new_link(page, None, utc_now())).path)[2].partition(";")[0]
    for path in PAGES:
        _get(address, path, cookie)


def _with_children(pid: int) -> list[int]:
    return [pid, *(one for child in children_of(pid) for one in _with_children(child))]


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(rollup.partition("\nPss:")[2].split()[0])


def _get(address: str, path: str, cookie: str = "") -> tuple[float, int, str]:
    """Seconds to the first byte, what came in bytes, and the cookie that was set."""
    connection = http.client.HTTPConnection(address)
    connection.connect()
    began = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Cookie": cookie})
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
