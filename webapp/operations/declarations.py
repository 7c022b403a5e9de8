"""Lists that packages add to and the top reads: parts of the state digest, who is on post, pages of the tablet's pack.

A package declares beside the thing itself; `review`, `cli` and `sync` only read, so nothing imports upwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

StatePart = Callable[[str, int], Any]
S = TypeVar("S", bound=StatePart)
P = TypeVar("P", bound=Callable[..., Any])

_states: dict[str, StatePart] = {}


def state(name: str) -> Callable[[S], S]:
    """Declare `(project_id, at) → JSON value`: the facts of a package that happened at or before `at`, in the tie order."""

    def declare(part: S) -> S:
        _states[name] = part
        return part

    return declare


def states() -> dict[str, StatePart]:
    return dict(sorted(_states.items()))


_presence: list[Callable[..., Any]] = []


def presence(part: P) -> P:
    """Declare `(project_id, at) → list` of who is on post, each with `.person_id` and `.post_id`; there is one such list."""
    _presence[:] = [part]
    return part


def on_post(project_id: str, at: int) -> list[Any]:
    """Who is on post in a project."""
    return [each for part in _presence for each in part(project_id, at)]


Notes = dict[str, list[tuple[str, str]]]
"""What a list of tablets says of each: words and their tone (ok, soon, over)."""
_notes: list[Callable[[str], Notes]] = []


def tablet_note(part: Callable[[str], Notes]) -> Callable[[str], Notes]:
    """Declare `(project_id) → Notes` of a package above the tablets' own."""
    if part not in _notes:
        _notes.append(part)
    return part


def tablet_notes(project_id: str) -> Notes:
    """What every package has to say of the tablets."""
    found: Notes = {}
    for part in _notes:
        for tablet_id, words in part(project_id).items():
            found.setdefault(tablet_id, []).extend(words)
    return found


@dataclass(frozen=True)
class DeskLink:
    """A page of the desk that is opened now and then: it stands on the site's page, not in the frame."""

    path: str
    title: str
    about: str
    icon: str


_links: dict[str, DeskLink] = {}


def desk_link(path: str, title: str, about: str, icon: str) -> None:
    """Declare such a page. Title and what it is for: msgids."""
    _links[path] = DeskLink(path, title, about, icon)


def desk_links() -> list[DeskLink]:
    """All of them, in the order of their packages."""
    return list(_links.values())


Cautions = list[tuple[str, str]]
"""What the pages of a tablet say to whoever works at it: what is the matter, and what to do."""
_cautions: list[Callable[[str, str], Cautions]] = []


def tablet_caution(part: Callable[[str, str], Cautions]) -> Callable[[str, str], Cautions]:
    """Declare `(project_id, tablet_id) → Cautions` of a package above the tablets' own."""
    if part not in _cautions:
        _cautions.append(part)
    return part


def tablet_cautions(project_id: str, tablet_id: str) -> Cautions:
    """What every package has to say on the pages of a tablet."""
    return [each for part in _cautions for each in part(project_id, tablet_id)]


Remains = list[tuple[str, str]]
"""What is still at a place: in words, and the page where something is done about it."""
_remains: list[Callable[[str, str, int], Remains]] = []


def remains(part: Callable[[str, str, int], Remains]) -> Callable[[str, str, int], Remains]:
    """Declare `(project_id, place_id, at) → Remains` of what a package keeps at a place."""
    if part not in _remains:
        _remains.append(part)
    return part


def remains_at(project_id: str, place_id: str, at: int) -> Remains:
    """What every package has still at a place: to be known before it is closed."""
    return [each for part in _remains for each in part(project_id, place_id, at)]


@dataclass(frozen=True)
class PackPage:
    """A page every tablet of a station carries.

    `path` after /<lang>/<station>/; `families`: what it shows; `minutes`: how often time alone may change it.
    """

    station: str
    path: str
    families: frozenset[str]
    minutes: int | None = None


_pages: list[PackPage] = []


def pack_page(page: PackPage) -> None:
    """Declare a page as part of the pack of its station."""
    _pages.append(page)


def pack_pages(station: str) -> list[PackPage]:
    return [page for page in _pages if page.station == station]
