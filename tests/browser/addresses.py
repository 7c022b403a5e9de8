"""Every address that answers with a page, by the routes of the application: a route without an example fails a test."""

from dataclasses import dataclass
from pathlib import Path

from tests.browser.served import AT
from webapp import demo
from webapp.factory import create_app

STATION, BAR, DESK, OFFICE, ALONE = "station", "bar", "desk", "office", "alone"
TABLETS = (STATION, BAR)
LISTS = ("parties", "questions", "remarks", "handovers", "actions", "checks", "things", "people", "tablets", "imports")
EXAMPLES = {
    "/<language>/door/": (STATION, "door/"),
    "/<language>/door/parties": (STATION, "door/parties"),
    "/<language>/door/parties/blank": (STATION, "door/parties/blank"),
    "/<language>/door/parties/<uuid:party_id>": (STATION, f"door/parties/{demo.first_party(AT)}"),
    "/<language>/door/parties/tour/blank": (STATION, "door/parties/tour/blank"),
    "/<language>/door/parties/tour/<uuid:party_id>": (STATION, f"door/parties/tour/{demo.first_party(AT)}"),
    "/<language>/door/parties/rehearsal/blank": (STATION, "door/parties/rehearsal/blank"),
    "/<language>/door/parties/rehearsal/<uuid:rehearsal_id>": (STATION, f"door/parties/rehearsal/{demo.first_rehearsal(AT)}"),
    "/<language>/door/checks": (STATION, "door/checks"),
    "/<language>/door/inspection": (STATION, "door/inspection"),
    "/<language>/bar/inspection": (BAR, "bar/inspection"),
    "/<language>/door/actions": (STATION, "door/actions"),
    "/<language>/door/stock": (STATION, "door/stock"),
    "/<language>/door/handover": (STATION, "door/handover"),
    "/<language>/door/handover/things": (STATION, "door/handover/things"),
    "/<language>/door/conduct": (STATION, "door/conduct"),
    "/<language>/bar/conduct": (BAR, "bar/conduct"),
    "/rooms/<uuid:flat_id>": (DESK, f"rooms/{demo.named('flat', 'a')}"),
    "/<language>/door/post": (STATION, "door/post"),
    "/<language>/door/outbox": (STATION, "door/outbox"),
    "/<language>/door/locked": (STATION, "door/locked"),
    "/<language>/bar/": (BAR, "bar/"),
    "/<language>/bar/checks": (BAR, "bar/checks"),
    "/<language>/bar/actions": (BAR, "bar/actions"),
    "/<language>/bar/stock": (BAR, "bar/stock"),
    "/<language>/bar/handover": (BAR, "bar/handover"),
    "/<language>/bar/handover/things": (BAR, "bar/handover/things"),
    "/<language>/bar/post": (BAR, "bar/post"),
    "/<language>/bar/outbox": (BAR, "bar/outbox"),
    "/<language>/bar/locked": (BAR, "bar/locked"),
    "/actions": (DESK, "actions"),
    "/actions/<uuid:action_id>": (DESK, f"actions/{demo.first_action(AT)}"),
    "/inbox": (DESK, "inbox"),
    "/review": (DESK, "review"),
    "/review/<day>": (DESK, "review/2026-05-27"),
    "/review/<day>/close": (DESK, "review/2026-05-28/close"),
    "/records": (DESK, "records"),
    "/records/<day>/<uuid:post_id>/<shift>": (DESK, f"records/2026-05-27/{demo.named('post', 'door')}/early"),
    "/records/<month>/<uuid:post_id>/print": (DESK, f"records/2026-05/{demo.named('post', 'bar')}/print"),
    "/records/blank/<uuid:post_id>": (DESK, f"records/blank/{demo.named('post', 'door')}"),
    "/checks/<day>": (DESK, "checks/2026-05-28"),
    "/inspection/<uuid:post_id>": (DESK, f"inspection/{demo.named('post', 'door')}"),
    "/handovers/<uuid:offer_id>": (DESK, f"handovers/{demo.first_handover(AT)}"),
    "/things": (DESK, "things"),
    "/import": (DESK, "import"),
    "/stock": (DESK, "stock"),
    "/stock/contents/<uuid:flat_id>": (DESK, f"stock/contents/{demo.named('flat', 'a')}"),
    "/stock/movements": (DESK, "stock/movements"),
    "/lists": (DESK, "lists"),
    **{f"/lists/{name}": (DESK, f"lists/{name}") for name in LISTS},
    "/posts": (DESK, "posts"),
    "/site": (DESK, "site"),
    "/site/parts": (DESK, "site/parts"),
    "/site/parts/<part>/<uuid:subject_id>/closing": (DESK, f"site/parts/shift/{demo.named('shift', 'early')}/closing"),
    "/people": (DESK, "people"),
    "/people/<uuid:person_id>": (DESK, f"people/{demo.person('lin')}"),
    "/sessions": (DESK, "sessions"),
    "/entries": (DESK, "entries"),
    "/repairs": (DESK, "repairs"),
    "/repairs/<uuid:entry_id>": (DESK, f"repairs/{demo.first_party(AT)}"),
    "/documents": (DESK, "documents"),
    "/documents/<uuid:document_id>": (DESK, f"documents/{demo.named('document', 'script.a')}"),
    "/documents/<uuid:document_id>/<int:number>": (DESK, f"documents/{demo.named('document', 'script.a')}/2"),
    "/documents/<uuid:document_id>/<int:old>/<int:new>": (DESK, f"documents/{demo.named('document', 'script.a')}/1/2"),
    "/documents/<uuid:document_id>/edit": (OFFICE, f"documents/{demo.named('document', 'script.a')}/edit"),
    "/tablets": (DESK, "tablets"),
    "/tablets/<uuid:tablet_id>": (DESK, f"tablets/{demo.named('tablet', 'door')}"),
    "/tablets/import": (DESK, "tablets/import"),
    "/": (ALONE, ""),
    "/enrol": (ALONE, "enrol"),
    "/sign-in": (ALONE, "sign-in"),
    "/ui": (ALONE, "ui"),
    "/tablet-check": (ALONE, "tablet-check"),
    "/offline/<tag>": (ALONE, "offline/{language}"),
}
NO_PAGES = {
    "/enrol/claim": "only there while a code that was typed waits for approval (test_life.py looks at it)",
    "/healthz": "JSON for whoever watches",
    "/readyz": "JSON for whoever watches",
    "/photos/<digest>": "a picture (tests/attachments looks at who may)",
    "/<language>/<station>/photos/<digest>": "a picture (tests/attachments looks at who may)",
    "/records/<day>/<uuid:post_id>/<shift>/sheet.xlsx": "a file",
    "/records/<month>/<uuid:post_id>/month.xlsx": "a file",
    "/import/<any(people, items, inventory, balances):kind>.csv": "a file",
    "/stock/movements.<any(csv, xlsx):kind>": "a file",
    **{f"/lists/{name}.<any(csv, xlsx):kind>": "a file" for name in LISTS},
    "/sync/pack": "JSON for the tablet",
    "/sync/people": "JSON for the tablet",
    "/service-worker.js": "a script",
    "/root.crt": "a certificate",
}


@dataclass(frozen=True)
class Example:
    """A page by the kind of browser that may open it and its path."""

    kind: str
    path: str

    def address(self, language: str) -> str:
        path = self.path.format(language=language)
        if self.kind in TABLETS:
            return f"/{language}/{path}"
        return f"/{path}" if "{language}" in self.path else f"/{path}?lang={language}"

    def __str__(self) -> str:
        return f"{self.kind}-{self.path.replace('/', '-')}".rstrip("-")


EVERY = [Example(kind, path) for kind, path in EXAMPLES.values()]


def routes(folder: Path) -> set[str]:
    """The rules of every route that can be asked for, of an application in this folder."""
    app = create_app({"DATABASE_URL": f"sqlite:///{folder / 'none.db'}", "DATA_FOLDER": str(folder)})
    return {rule.rule for rule in app.url_map.iter_rules() if rule.methods and "GET" in rule.methods}


ACCOUNT, WRITER, PASSWORD = "chen", "fang", demo.PASSWORD
