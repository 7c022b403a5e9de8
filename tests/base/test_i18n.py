"""The languages: read as they were edited, by a service that may write its data folder and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUARDED = """
import os, sys
from pathlib import Path

root, told = Path(sys.argv[1]), []

def forbid(event, words):
    writes = event == "open" and isinstance(words[2], int) and words[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or event in ("os.mkdir", "os.rename", "os.remove"):
        if isinstance(words[0], (str, Path)) and root in Path(words[0]).absolute().parents:
            raise PermissionError(f"{event} {words[0]}")

sys.addaudithook(forbid)
from webapp.factory import create_app

client = create_app({"BUILDS_FOLDER": sys.argv[2]}).test_client()
for tag in ("zh-Hant", "zh-Hans", "en"):
    told.append(client.get("/sign-in", headers={"Accept-Language": tag}).text)
print(*(page.partition("<h1")[2].partition(">")[2].partition("<")[0].strip() for page in told))
try:
    (root / "written").write_text("x")
except PermissionError:
    print("guarded")
"""
"""Root may write anywhere, so the mode of a folder shows nothing: whoever writes below the checkout is stopped instead."""


def test_a_service_that_may_not_write_its_program_speaks_all_languages(tmp_path: Path, builds: str) -> None:
    code = ["-B", "-c", GUARDED, str(ROOT), builds]
    settings = {"THRESHOLD_DATA": str(tmp_path / "data"), "PATH": os.environ["PATH"]}
    told = subprocess.run([sys.executable, *code], capture_output=True, text=True, check=False, cwd=ROOT, env=settings)
    assert told.returncode == 0, told.stderr
    assert told.stdout.split() == ["登入", "登录", "Sign", "in", "guarded"]
