"""A fault of ours is written down without what the person had typed."""

import pytest

from tests.operations.pads import Pad, outcomes
from webapp.operations.ledger import Ledger

pytestmark = pytest.mark.database


def test_the_log_of_a_fault_tells_no_personal_data(book: Ledger, pad: Pad, caplog: pytest.LogCaptureFixture) -> None:
    pad.keep("notebook.sign", text="refused by the database")
    pad.keep(text="our fault")
    assert outcomes(pad.send(book)) == ["held", "held"]
    assert "IntegrityError" in caplog.text
    assert "raise RuntimeError" in caplog.text
    assert "refused by the database" not in caplog.text
