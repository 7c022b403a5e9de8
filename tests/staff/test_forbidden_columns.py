"""No table, form or delivered content asks for sex, age, looks, mood or a visitor's worth (guideline section 4, N1 to N5)."""

import re
from pathlib import Path

import pytest

from tests.conftest import import_all_models
from webapp.base.database import Base
from webapp.operations import registry

FORBIDDEN = re.compile(
    r"(^|_)(sex|gender|age|aged|birth|birthday|born|portrait|appearance|looks?|beauty|mood|emotion|smile|make_?up|height|weight|"
    r"marital|married|religion|ethnicity|nationality|schooling|education|degree|wealth|income|budget|worth|lead_quality|face|"
    r"fingerprint|biometric|smoker)(_|$)"
)


@pytest.mark.clause("P2-4.4.1")
@pytest.mark.clause("P2-4.4.1c")
def test_no_table_has_a_forbidden_column() -> None:
    import_all_models()
    columns = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    assert len(columns) > 100
    assert [each for each in columns if FORBIDDEN.search(each.partition(".")[2])] == []


@pytest.mark.clause("P2-4.4.3g")
def test_no_form_has_a_forbidden_field() -> None:
    import_all_models()
    fields = {f"{each.name}.{field}" for each in registry.every() for field in each.fields}
    assert [each for each in fields if FORBIDDEN.search(each.rpartition(".")[2])] == []


@pytest.mark.clause("P2-4.2.1f")
@pytest.mark.clause("P2-4.4.2b")
def test_no_delivered_text_asks_for_what_a_person_looks_like() -> None:
    folder = Path(__file__).parent.parent.parent / "webapp" / "content" / "files"
    found = {
        path.name: re.findall("淡妝|淡妆|化妝|化妆|絲襪|丝袜|頭花|头花|口紅|口红|指甲油|女性|男性|相貌", path.read_text("utf-8"))
        for path in folder.glob("*.yaml")
    }
    assert len(found) >= 4
    assert not any(found.values())


def test_the_test_itself_knows_what_it_looks_for() -> None:
    assert all(FORBIDDEN.search(name) for name in ("sex", "birth_on", "age", "visitor_age", "portrait_sha"))
    assert not any(FORBIDDEN.search(name) for name in ("message", "stage", "language", "usage", "lookup"))
