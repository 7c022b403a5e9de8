"""Batches of several tablets at once do not make each other wait for ever (PostgreSQL locks row by row)."""

import threading

import pytest
from flask import Flask

from tests.conftest import Rows
from tests.operations.pads import Pad, outcomes
from webapp.operations.ledger import Ledger

pytestmark = pytest.mark.database


def test_many_tablets_at_once_are_all_answered(app: Flask, book: Ledger, rows: Rows) -> None:
    answers: list[list[str]] = []

    def sends(number: int) -> None:
        with app.app_context():
            pad = Pad(number)
            for _entry in range(20):
                pad.keep()
                answers.append(outcomes(pad.send(book, pad.kept[-1:])))

    threads = [threading.Thread(target=sends, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [["applied"]] * 160
    assert rows.count("notebook_note") == 160
