"""What a tablet feels: the tap until it is on the disk, an outbox of a thousand going out, a page opened offline.

Always real Chromium with a profile on the disk, for a profile in memory has no disk to wait for.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, sync_playwright

from benchmarks.door import Site
from benchmarks.lines import Line
from benchmarks.ports import free_port
from benchmarks.rounds import Rounds
from benchmarks.servers import HERE
from benchmarks.sides import compact, enrolled, envelope
from benchmarks.start import bare

TAPS = 100
OUTBOX = 1000
OPENS = 8
STATIC = HERE.parent / "webapp" / "static"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
BLANK = '<!doctype html><title>bench</title><script type="module" src="/bench/page.js"></script>'


def chromium() -> str:
    """CHROMIUM, else an installed one."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome", "msedge"))), None)
    if not found:
        raise LookupError("no Chromium here: set CHROMIUM")
    return found


@contextmanager
def profile(folder: Path) -> Iterator[BrowserContext]:
    """Chromium with its profile in `folder`."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder / "profile", executable_path=chromium(), headless=True, args=QUIET
        )
        context.set_default_timeout(60_000)
        try:
            yield context
        finally:
            context.close()


def bench_page(context: BrowserContext, origin: str) -> Page:
    """A blank page of `origin` that has our modules loaded, straight from the working tree."""
    page = context.new_page()
    page.route(f"{origin}/bench/**", from_disk)
    page.goto(f"{origin}/bench/")
    page.wait_for_function("globalThis.bench")
    # Each request of a page with a route makes a detour through the driver, which would be measured too.
    page.unroute(f"{origin}/bench/**")
    return page


def from_disk(route: Route) -> None:
    name = route.request.url.split("/bench/", 1)[1]
    if name == "":
        route.fulfill(content_type="text/html", body=BLANK)
    else:
        route.fulfill(content_type="text/javascript", path=HERE / name if name == "page.js" else STATIC / name)


def draft(entry: dict[str, Any]) -> dict[str, Any]:
    """The intention from which our outbox makes such an entry."""
    effects = [
        {"kind": "list", "key": "parties", "template": "party-row"},
        {"kind": "tally", "key": "covers/{flat}/clean", "by": "-guests"},
    ]
    return {key: entry[key] for key in ("operation", "version", "author", "proof")} | {
        "body": json.loads(entry["body"]),
        "effects": effects,
    }


def tap_to_stored(name: str, site: Site, folder: Path, rounds: Rounds) -> Line:
    """Our `keep`, digest included, against one raw strict put of the same record."""
    tablet = enrolled(site, 1)[0][0]
    with profile(folder) as context:
        page = bench_page(context, f"http://127.0.0.1:{free_port()}")
        page.evaluate("(e) => bench.enrol(e)", {"tablet": tablet.id, "epoch": 1, "enrolled_at": tablet.now})
        drafts = [draft(entry) for entry in tablet.entries(TAPS)]
        return Line(name, *rounds.of(lambda: page.evaluate("(drafts) => bench.tap(drafts)", drafts)))


def drain(name: str, site: Site, folder: Path, rounds: Rounds) -> Line:
    """A thousand entries by our courier, against one fetch of a thousand to our own door with its limit raised."""
    (tablet, other), (credential, others) = enrolled(site, 2)
    lost = 0

    def by_courier(page: Page) -> float:
        nonlocal lost
        page.evaluate("(drafts) => bench.fill(drafts)", [draft(entry) for entry in tablet.entries(OUTBOX)])
        told = page.evaluate("(count) => bench.drain(count)", OUTBOX)
        lost += OUTBOX - told["applied"]
        return OUTBOX * 1000 / float(told["taken"])

    def by_one_fetch(page: Page) -> float:
        nonlocal lost
        headers = {"Authorization": f"Bearer {others}", "X-Threshold-Sync": "1", "Content-Type": "application/json"}
        body = compact(envelope(other, other.entries(OUTBOX))).decode()
        told = page.evaluate("(r) => bench.fetchAll(r)", {"path": "/sync/operations", "headers": headers, "body": body})
        lost += OUTBOX - told["applied"]
        return OUTBOX * 1000 / float(told["taken"])

    with site.served(THRESHOLD_BENCH_BATCH_MOST=str(OUTBOX)) as server, profile(folder) as context:
        origin = f"http://127.0.0.1:{server.port}"
        enter(context, origin, credential)
        page = bench_page(context, origin)
        page.evaluate("(e) => bench.enrol(e)", {"tablet": tablet.id, "epoch": tablet.epoch, "enrolled_at": tablet.now})
        ours, floor = rounds.interleave(lambda: by_courier(page), lambda: by_one_fetch(page))
    return Line(name, ours, floor, lost)


HOME = "/zh-Hant/door/"
CARRIED = """async (path) => navigator.serviceWorker.controller && Boolean(await caches.match(path))"""


def offline_open(name: str, site: Site, folder: Path, rounds: Rounds) -> Line:
    """Our home page from the worker's cache against a bare page from a bare worker's; both servers are stopped."""
    (tablet,), (credential,) = enrolled(site, 1)
    with profile(folder) as context:
        with site.served() as server, bare(folder) as least:
            ours, floor = (f"http://127.0.0.1:{port}" for port in (server.port, least.port))
            enter(context, ours, credential)
            page = bench_page(context, ours)
            page.evaluate("(e) => bench.enrol(e)", {"tablet": tablet.id, "epoch": tablet.epoch, "enrolled_at": tablet.now})
            carry(page, ours, HOME)
            page.goto(f"{floor}/page")
            page.evaluate("navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)")
            carry(page, floor, "/page")
            page.close()
        return Line(name, *rounds.of(lambda: turns(context, f"{ours}{HOME}", f"{floor}/page")))


def enter(context: BrowserContext, origin: str, credential: str) -> None:
    """Give the browser the tablet's cookie, as enrolling does."""
    context.add_cookies([{"name": "tablet", "value": credential, "url": origin, "httpOnly": True, "sameSite": "Lax"}])


def carry(page: Page, origin: str, path: str) -> None:
    """Stay on a page until its worker is in charge and has it in its cache."""
    page.goto(f"{origin}{path}")
    patience = time.monotonic() + 60
    while not page.evaluate(CARRIED, path):
        if time.monotonic() > patience:
            raise RuntimeError(f"{path} was not cached within a minute")
        page.wait_for_timeout(1000)
        page.reload()


def turns(context: BrowserContext, ours: str, floor: str) -> tuple[float, float]:
    """Median load time of both pages, opened turn by turn."""
    figures = [(opened(context, ours), opened(context, floor)) for _ in range(OPENS)]
    return median(mine for mine, _ in figures), median(least for _, least in figures)


def opened(context: BrowserContext, url: str) -> float:
    """Milliseconds from a new tab's navigation to its load event, the service worker not running before."""
    page = context.new_page()
    control = context.new_cdp_session(page)
    control.send("ServiceWorker.enable")
    control.send("ServiceWorker.stopAllWorkers")
    page.goto(url, wait_until="load")
    taken = float(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    page.close()
    return taken
