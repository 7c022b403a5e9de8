"""The ledger with the notebook and people of its own."""

import pytest
from flask import Flask

from tests.operations import notebook  # noqa: F401 - declares the operations that these tests use
from tests.operations.pads import Pad, people
from webapp.operations.ledger import Ledger


@pytest.fixture
def book(app: Flask) -> Ledger:
    return Ledger(people)


@pytest.fixture
def pad() -> Pad:
    return Pad()
