"""One server process of a convergence test: a ledger over the shared database, asked line by line in JSON on its standard input."""

import json
import logging
import sys
from typing import Any

from flask import Flask

from tests.operations import notebook  # noqa: F401 - declares the operations that these tests use
from tests.operations.pads import HE, LIN, START, STRANGER
from webapp.base import database
from webapp.operations.entries import Source, read_batch
from webapp.operations.ledger import Ledger
from webapp.operations.rules import Membership


def people(_connection: object, _project_id: str, authors: set[str]) -> dict[str, list[Membership]]:
    """Lin and He are greeters of every project; the stranger is known but belongs nowhere."""
    known = {LIN: [Membership("greeter", 0)], HE: [Membership("greeter", 0)], STRANGER: []}
    return {author: known[author] for author in authors if author in known}


def bare_app(url: str) -> Flask:
    """Nothing but the database: what a ledger stands on."""
    app = Flask("node")
    app.config["DATABASE_URL"] = url
    database.init_app(app)
    return app


def answer(ledger: Ledger, asked: dict[str, Any]) -> Any:
    if asked["do"] == "apply_held":
        return ledger.apply_held(asked["project"], asked["at"])
    payload = asked["payload"]
    source = Source(payload["tablet"], asked["number"], asked["project"], START - 86_400_000)
    taken = ledger.receive(source, read_batch(payload, source), asked["at"])
    return {"acked_seq": taken.acked_seq, "results": taken.results, "updates": taken.updates}


def main(url: str) -> None:
    logging.disable()  # the faults here are asked for
    with bare_app(url).app_context():
        ledger = Ledger(people)
        for line in sys.stdin:
            sys.stdout.write(json.dumps(answer(ledger, json.loads(line))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
