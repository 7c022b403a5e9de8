"""Two nodes on one PostgreSQL behind nginx: tablets hop with every request, a node dies, the database restarts; nothing is lost."""

import http.client
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.attachments.album import digest_of, photo
from tests.faults.served import Served
from tests.faults.test_photos import brings, stored
from tests.nginx import Nginx, binary
from tests.nodes.server import Line, Node, request, until
from tests.postgres import Cluster, throw_away_cluster
from webapp import demo

pytestmark = pytest.mark.slow
SILENT_WITHIN = 10.0
"""Seconds that nobody may be without an answer (issue 3)."""
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
Tell = Callable[[str], None]


@dataclass
class Town:
    """Both nodes, what stands in front of them, and the database under them."""

    nodes: tuple[Node, Node]
    front: Nginx
    cluster: Cluster
    url: str


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    binary()  # skips where there is no nginx
    with throw_away_cluster() as cluster:
        if cluster is None or cluster.restart is None:
            pytest.skip("needs postgresql")
        folder, url = tmp_path_factory.mktemp("town"), cluster.empty_database()
        one, two = (made(folder / name, url) for name in ("one", "two"))
        one.run("migrate")
        one.run("demo")
        front = Nginx(folder / "nginx", [one.port, two.port])
        try:
            one.start()
            two.start()
            front.start()
            yield Town((one, two), front, cluster, url)
        finally:
            front.stop()
            one.stop()
            two.stop()


def made(folder: Path, url: str) -> Node:
    """A node with a data folder of its own: nodes share the database and nothing else."""
    folder.mkdir()
    surroundings = {"DATABASE_URL": url, "THRESHOLD_DATA": str(folder), "THRESHOLD_SECRET": "for two nodes, and thirty-two letters"}
    return Node(surroundings | {"THRESHOLD_PROXIES": "1"}, folder / "serve.log")


def keep_sending(line: Line, done: threading.Event, seed: int) -> None:
    """A busy shift: a few entries at a time, again and again."""
    chance = random.Random(seed)
    while not done.is_set():
        line.tablet.record(chance.randint(1, 4))
        line.hang_up()  # so the next request may go to the other node
        if not line.send():
            done.wait(0.05)


def test_a_node_dies_and_the_database_restarts_under_load(town: Town, rounds: int, tell: Tell) -> None:
    one, two = town.nodes
    lines = [Line(town.front.port, one.taken_in(f"Hop {n}", demo.named("place", "flat-a"))) for n in range(3)]
    done = threading.Event()
    crew = [threading.Thread(target=keep_sending, args=(line, done, number)) for number, line in enumerate(lines)]

    def goes_on(what: str) -> None:
        """Every tablet has had ten more answers."""
        before = [len(line.good_at) for line in lines]
        until(what, lambda: all(len(line.good_at) >= count + 10 for line, count in zip(lines, before, strict=True)), 120)

    for each in crew:
        each.start()
    try:
        goes_on("answers from both")
        for _round in range(rounds):
            two.kill()
            goes_on("answers from the node that is left")
            two.start()
            goes_on("answers from both again")
            assert town.cluster.restart is not None
            town.cluster.restart()
            goes_on("answers after the database's restart")
    finally:
        done.set()
        for each in crew:
            each.join()
    for line in lines:
        until("the rest is sent", lambda line=line: not line.tablet.waiting or (line.send() and not line.tablet.waiting))
        line.hang_up()
    answered = sorted(at for line in lines for at in line.good_at)
    silent = max(later - earlier for earlier, later in pairwise(answered))
    statuses = Counter(status for line in lines for status in line.statuses)
    entries = sum(len(line.tablet.kept) for line in lines)
    tell(
        f"{rounds} nodes killed and started again, {rounds} restarts of PostgreSQL, {entries} entries of 3 tablets each once;"
        f" answers {dict(sorted(statuses.items()))} (0: none), longest time without a 200: {silent:.1f} s"
    )
    assert set(statuses) <= {0, 200, 502, 503, 504}
    assert silent <= SILENT_WITHIN
    stored = Served(town.front.port, one.process, one.log, town.url)  # type: ignore[arg-type]
    assert [line.tablet.tablet for line in lines if not stored.has_each_once(line.tablet)] == []


@pytest.mark.clause("P2-4.4.6a")
def test_photos_are_once_each_whichever_node_they_came_to_and_are_seen_at_both(town: Town, rounds: int, tell: Tell) -> None:
    one, two = town.nodes
    line = Line(town.front.port, one.taken_in("Camera", demo.named("place", "flat-a")))
    front = Served(town.front.port, one.process, one.log, town.url)  # type: ignore[arg-type]
    photos = [photo(number) for number in range(8 * rounds)]
    for given in photos:
        said = {"place": line.tablet.place, "category": "repair", "text": "落地燈不亮", "photos": [digest_of(given)]}
        line.tablet.record(body=json.dumps(said, ensure_ascii=False))
    until("the entries are here", lambda: not line.tablet.waiting or (line.send() and not line.tablet.waiting))
    line.hang_up()
    tries, half = 0, len(photos) // 2
    for number, given in enumerate(photos):
        if number == half:
            two.kill()
        for _twice in range(2):  # as a tablet that had no answer brings it again
            outcome = None
            while outcome is None:
                outcome, tries = brings(front, line.tablet, given), tries + 1
            assert outcome in {"stored", "duplicate"}
    two.start()
    assert stored(front) == sorted(digest_of(given) for given in photos)
    for node in town.nodes:
        for given in photos:
            path = f"/en/door/photos/{digest_of(given)}"
            assert fetched(node.port, path, line.tablet.headers)[:2] == (200, "image/jpeg")
    tell(f"{len(photos)} photos brought twice each in {tries} requests, a node killed half way: each once, seen at both nodes")


def fetched(port: int, path: str, headers: dict[str, str]) -> tuple[int, str | None]:
    """Status and kind of what is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.headers.get("Content-Type")


def sign_in(node: Node, account: str, password: str) -> tuple[int, str | None, str]:
    """Status, the session's cookie, and the page."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=15)
    connection.request("POST", "/sign-in", f"account={account}&password={password}", FORM)
    response = connection.getresponse()
    found = re.search(r"(?:__Host-)?session=[^;]+", response.headers.get("Set-Cookie", ""))
    text = response.read().decode()
    connection.close()
    return response.status, found.group() if found else None, text


def test_a_session_of_one_node_is_good_on_the_other_until_either_ends_it(town: Town) -> None:
    one, two = town.nodes
    status, cookie, _page = sign_in(one, "chen", demo.PASSWORD)
    assert (status, bool(cookie)) == (303, True)
    assert request(two.port, "GET", "/review", headers={"Cookie": str(cookie)})[0] == 200
    assert request(two.port, "POST", "/sign-out", b"", FORM | {"Cookie": str(cookie)})[0] == 303
    for node in town.nodes:
        assert request(node.port, "GET", "/review", headers={"Cookie": str(cookie)})[0] in {302, 303}


def test_wrong_passwords_at_two_nodes_are_counted_together(town: Town) -> None:
    """So two nodes are not twice as many guesses."""
    tries = 0
    while tries < 20:
        status, _cookie, page = sign_in(town.nodes[tries % 2], "zhou", f"guess-{tries}")
        assert status in {422, 429}
        tries += 1
        if "Too many" in page or "太多" in page or "次數過多" in page or "次数过多" in page:
            break
    assert tries < 20
    for node in town.nodes:
        status, cookie, _page = sign_in(node, "zhou", demo.PASSWORD)
        assert (status in {422, 429}, cookie) == (True, None), "the right one has to wait as well, on either"
