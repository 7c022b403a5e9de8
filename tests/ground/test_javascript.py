"""The JavaScript suite, one test a file: `node --test` on tests/js, which runs without a browser."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNTED = re.compile(r"^\s*ℹ (.*: \d+ .*|\d+ .*)$", re.MULTILINE)
"""What a test of the suite says it did (`t.diagnostic`), and not the suite's own sums."""
FILES = sorted((ROOT / "tests" / "js").rglob("*.test.js"))


@pytest.fixture(scope="module")
def node() -> str:
    path = os.environ.get("TEST_NODE") or shutil.which("node")
    if not path:
        pytest.skip("needs Node: `make test` finds or installs it")
    if not (ROOT / "node_modules").is_dir():
        pytest.skip("needs JavaScript tools: `make test` installs them")
    return path


def test_there_is_a_suite():
    assert FILES


def _marked(path: Path) -> object:
    marks = [pytest.mark.slow] if path.name.startswith("hostile") else []
    return pytest.param(path, marks=marks, id=path.name)


@pytest.mark.parametrize("file", [_marked(path) for path in FILES])
def test_javascript(node, file, tell):
    answer = subprocess.run(
        [node, "--test", "--test-reporter=spec", file], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    for words in COUNTED.findall(answer.stdout):
        tell(words)
