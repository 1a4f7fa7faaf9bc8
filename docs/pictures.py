"""Two pictures for the README, of the demo's world as the page shows it: `make pictures` (needs Chromium)."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright

from lasttouch.demo.stage import played
from lasttouch.keeping.login_links import new_link
from lasttouch.local_time import utc_now
from lasttouch.web.listening import on_this_machine
from lasttouch.web.serving import announced, server

CHROMIUM = "/usr/bin/chromium"
FOLDER = ROOT / "docs" / "pictures"
SHOWN = {"today": ("/", "light", 575), "contact": ("/contact/1", "dark", 1020)}
WIDTH = 1120


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with played(None, utc_now, ZoneInfo("Europe/Berlin")) as done:
        place = on_this_machine(0)
        with announced(done.loaded, place) as page, sync_playwright() as driver:
            serving = server(done.loaded, place, page)
            threading.Thread(target=serving.run, kwargs={"sockets": [place.listener]}, daemon=True).start()
            while not serving.started:
                time.sleep(0.05)
            arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
            for name, (path, scheme, height) in SHOWN.items():
                context = browser.new_context(color_scheme=scheme, viewport={"width": WIDTH, "height": height})
                tab = context.new_page()
                tab.goto(new_link(page, None, utc_now()))
                tab.goto(place.url + path)
                tab.screenshot(path=FOLDER / f"{name}.png")
            browser.close()
            serving.should_exit = True


if __name__ == "__main__":
    main()
