"""A person's hands at the door's tablet, whichever engine draws it; and what they did, to foretell the server's state."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.hands import ACKNOWLEDGED, CODES, KEPT, LANGUAGES, PAGES, READY, until
from tests.browser.model import Deed, Model, agree
from tests.browser.served import Server
from tests.engines.engine import Engine
from webapp import demo

PLACE, FLAT, POST = demo.named("place", "flat-a"), demo.named("flat", "a"), demo.named("post", "door")
COVERS = demo.named("item", "cover.cloth")
OPENING = demo.version("check.flat_opening")

CARRIED = f"() => ({READY})().catch(() => false)"
"""READY asks the server, and a page that is just being left has its questions cut off."""
ALIVE = """(path) => Boolean(document.querySelector(`a[href$="/door/${path}"]`)) && customElements.get("tally-value")
  && getComputedStyle(document.body).margin === "0px" && document.documentElement.lang"""
LISTED = """() => [...document.querySelectorAll("outbox-list [data-id]")].map((each) => [each.dataset.id, each.dataset.state])"""


TAKEN = """async (css) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 2000, height: 1500 });
  const draw = canvas.getContext("2d");
  for (let at = 0; at < 40; at += 1) {
    draw.fillStyle = `hsl(${at * 9} 60% 50%)`;
    draw.fillRect(at * 50, 0, 50, 1500);
  }
  const taken = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
  const given = new DataTransfer();
  given.items.add(new File([taken], "IMG_0001.jpg", { type: "image/jpeg" }));
  const field = document.querySelector(css);
  field.files = given.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return field.files.length;
}"""
"""No engine lets a test open its camera: a picture is drawn, and put where the camera would."""
SEEN = "(css) => document.querySelector(css)?.naturalWidth > 0"
PHOTOS = """() => new Promise((resolve) => { indexedDB.open("threshold").onsuccess = ({ target: { result: db } }) => {
  db.transaction("meta").objectStore("meta").getAllKeys(IDBKeyRange.bound("photo/", "photo/~")).onsuccess = ({ target }) => {
    db.close();
    resolve(target.result.map((name) => name.slice(6)));
  };
}; })"""


@dataclass
class Station:
    """The door's tablet in a browser of whichever engine."""

    engine: Engine
    server: Server
    name: str
    language: str = "zh-Hant"
    before: dict[str, Any] = field(default_factory=dict)
    """The state of the site when the tablet came."""
    deeds: list[Deed] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)

    # what is read

    def kept(self) -> dict[str, Any]:
        """What lies in the browser's own database."""
        return dict(self.engine.ask(KEPT))

    def entries(self) -> list[dict[str, Any]]:
        return sorted(self.kept()["entries"], key=lambda entry: (entry["epoch"], entry["seq"]))

    def on_post(self, name: str) -> None:
        self.engine.sees("h1 [data-post-call]", name)

    def waits_to_send(self) -> None:
        """The chip says that nothing was sent yet, and how much there is."""
        self.engine.sees('sync-chip[data-state="offline"] a [data-fill=count]', str(len(self.deeds)))

    def shows_everything_once(self) -> None:
        rows = "(css) => [...document.querySelectorAll(css)].map((row) => row.dataset.id)"
        listed = 'overlay-list[key="parties"] > :is(ol, ul) > [data-id]'
        self.go("parties")
        until(lambda: set(self.parties) <= set(self.engine.asked(rows, listed) or []), "a party is missing")
        shown = self.engine.ask(rows, listed)
        assert len(shown) == len(set(shown))
        assert set(shown) - {each["id"] for each in self.before["tours"]["parties"]} == set(self.parties)
        for party in self.parties:
            is_gone = any(deed.said.get("party") == party for deed in self.deeds)
            self.engine.sees(f'[data-id="{party}"] latest-value[value="{"seen_off" if is_gone else "inside"}"]')
        self.go()

    def opens_every_page(self) -> int:
        """Every page of the pack is there and alive, but the one that locks; how many."""
        paths = [path for path in PAGES if path != "locked"]
        for language in LANGUAGES:
            for path in paths:
                self.engine.go(f"{self.server.url}/{language}/door/{path}")
                until(lambda: self.engine.asked(ALIVE, path) == language, f"{language} {path} is not alive")  # noqa: B023 - asked at once
                # WebKit freezes a page that is left; with a transaction open it once kept all later pages from the store for ever.
                until(lambda: self.engine.asked(KEPT), "the store does not answer")
        self.go()
        return len(LANGUAGES) * len(paths)

    # what is done

    def go(self, path: str = "") -> None:
        self.engine.go(f"{self.server.url}/{self.language}/door/{path}")

    def enrol(self) -> None:
        """Type the supervisor's code at /enrol, and wait until everything is here that is needed without a network."""
        code = self.server.run("tablets", "enrol", "--project", demo.CODE, "--name", "Tablet").strip()
        self.before, _line = self.server.state(self.server.now)
        self.engine.go(f"{self.server.url}/enrol")
        self.engine.type("#code", code)
        self.engine.tap("main form button")
        self.engine.sees("[data-done]")
        self.engine.tap('main a[href$="/door/"]')
        until(lambda: self.engine.asked(CARRIED), "the pack was not carried", 90_000)
        until(lambda: self.kept().get("people"), "nobody is known here")

    def take_post(self, who: str) -> None:
        with self._entry(who, "shifts.take_post", post=POST):
            self.engine.tap("summary.avatar")
            self.engine.tap("a.menu__item[data-take]")
            self._identify("take", who)

    def arrive(self, who: str, guests: int) -> str:
        said = {"flat": FLAT, "place": PLACE, "guests": str(guests), "covers": str(guests), "item": COVERS}
        with self._entry(who, "tours.arrive", **said):
            self.engine.tap(f'.tiles button[name=guests][value="{guests}"]')
        self.parties.append(self.entries()[-1]["id"])
        self.engine.sees(f'[data-id="{self.parties[-1]}"]')
        return self.parties[-1]

    def see_off(self, who: str, party: str) -> None:
        with self._entry(who, "tours.see_off", party=party):
            self.engine.tap(f'[data-id="{party}"] operation-form[operation="tours.see_off"] button')
        self.engine.sees(f'[data-id="{party}"] latest-value[value="seen_off"]')

    def tick(self, who: str, item: str) -> None:
        with self._entry(who, "checklists.answer", version=OPENING, place=PLACE, item=item, answer="pass"):
            form = f'operation-form[operation="checklists.answer"]:has(input[name=item][value="{item}"])'
            self.engine.tap(f'{form} button[name=answer][value="pass"]')
        self.engine.sees(f'latest-value.todo__row[key$="/{PLACE}/{item}"][value="pass"]')

    def count(self, who: str, pairs: int) -> None:
        """The figures are signed with the code."""
        self.go("stock")
        form = 'main operation-form[operation="stock.count"]'
        with self._entry(who, "stock.count", item=COVERS, place=PLACE, state="clean", counted=str(pairs)):
            self.engine.type(f"{form} input[name=counted]", str(pairs))
            self.engine.tap(f"{form} button:not([type=button])")
            self._identify("confirm", who)
        self.engine.sees('tally-value[key$="/clean"]', f"≈{pairs}")
        self.go()

    def is_told(self, operation: str, field: str, value: str, words: str) -> None:
        """A number that cannot be kept is not, and the page says why beside it, in its own language."""
        seen, form = len(self.entries()), f'main operation-form[operation="{operation}"]'
        self.go("stock")
        self.engine.type(f"{form} input[name={field}]", value)
        self.engine.tap(f"{form} button:not([type=button])")
        self.engine.sees(f"{form} count-field + .wrong", words)
        assert len(self.entries()) == seen
        self.go()

    def photograph(self, who: str, text: str) -> str:
        """A remark with a photo; the photo's digest."""
        self.go("handover")
        form = 'operation-form[operation="duty.remark"]'
        with self._entry(who, "duty.remark", place=PLACE, text=text):
            self.engine.type(f"{form} textarea[name=text]", text)
            assert self.engine.ask(TAKEN, f"{form} input[type=file]") == 1
            until(lambda: self.engine.asked(SEEN, f"{form} img"), "what was taken is not seen")
            self.engine.tap(f"{form} button:not([type=button])")
        until(lambda: self.engine.asked(SEEN, "[data-id][pending] img"), "the photo is not seen in its row")
        (digest,) = self.photos()
        return digest

    def photos(self) -> list[str]:
        """The digests of the photos that lie on the tablet."""
        return list(self.engine.ask(PHOTOS))

    def send(self) -> None:
        """Open the list of what was recorded, and press the button."""
        self.go("outbox")
        self.engine.tap("[data-send]")
        head = self.kept()["head"]
        until(lambda: self.engine.asked(ACKNOWLEDGED, head) == head["seq"], "the server has not everything")
        self.engine.sees('sync-chip[data-state="ok"] a')

    def arrived_once(self) -> None:
        """What the server has is what was done, and nothing besides: to the last byte of the state's digest."""
        entries = self.entries()
        agree(self.deeds, entries)
        wanted = sorted([entry["id"], "applied"] for entry in entries)
        until(lambda: sorted(self.engine.asked(LISTED) or []) == wanted, "the list does not say that everything was applied")
        model = Model(self.before, COVERS, PLACE)
        for deed, entry in zip(self.deeds, entries, strict=True):
            model.take(deed, entry)
        at = self.server.now
        assert self.server.state(at) == model.at(at)

    def keep_picture(self, page: str) -> None:
        """For whoever wants to look: `SHOTS=folder`."""
        if folder := os.environ.get("SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / f"{self.name}-{page}.png").write_bytes(self.engine.picture())

    # private

    def _identify(self, purpose: str, who: str) -> None:
        dialog = f'dialog[data-purpose="{purpose}"]'
        self.engine.choose(f"{dialog}[open] select[name=person]", demo.person(who))
        for digit in CODES[who]:
            self.engine.tap(f'{dialog} [data-digit="{digit}"]')
        until(lambda: not self.engine.has(f"{dialog}[open]"), "the code does not open")

    @contextmanager
    def _entry(self, who: str, operation: str, **said: str) -> Iterator[None]:
        """One entry is made and on the disk, and no other."""
        seen = len(self.entries())
        yield
        until(lambda: len(self.entries()) > seen, "nothing was saved")
        self.deeds.append(Deed(operation, demo.person(who), said))
        assert len(self.entries()) == len(self.deeds)
