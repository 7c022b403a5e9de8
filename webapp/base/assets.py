"""Static files under `/static/<build>/…`, immutable. A build is the hash of everything that shapes a page, equal on all nodes.

At start the files of a build are laid out once in the data folder (one stylesheet from many, scripts with all they import,
compressed). The last three builds stay, for a page that was cached yesterday must still find its script.
"""

import gzip
import hashlib
import os
import shutil
import tempfile
from base64 import b64encode
from functools import cache
from pathlib import Path

import brotli
from flask import Flask, Response
from whitenoise import WhiteNoise

from webapp.base.headers import HEADERS
from webapp.base.lean import SENT, joined

PACKAGE = Path(__file__).parent.parent
STATIC = PACKAGE / "static"
SHAPING = {".py", ".html", ".js", ".css", ".svg", ".txt", ".yaml", ".po", ".png", ".webmanifest"}
KEPT = 3
COMPRESSED = {".js", ".css", ".svg", ".html", ".json", ".webmanifest"}


@cache
def build() -> str:
    """The hash of every file that shapes a page: static files, templates, code, content and catalogues."""
    total = hashlib.sha256()
    for root in (PACKAGE, PACKAGE.parent / "translations"):
        for path in sorted(root.rglob("*")):
            if path.suffix in SHAPING and "__pycache__" not in path.parts:
                total.update(path.relative_to(root.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


@cache
def file_names() -> tuple[str, ...]:
    """What a build holds, by path below `/static/<build>/`."""
    own = [path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()]
    pictures = [name for name in own if not name.startswith(("css/", "icons/", "js/"))]
    return tuple(sorted([*pictures, *SENT, "css/all.css"]))


def address(name: str) -> str:
    """The address of a static file in this build."""
    return f"/static/{build()}/{name}"


@cache
def digest(name: str) -> str:
    """Of a file as it is sent, as a browser checks it (`integrity`)."""
    return f"sha256-{b64encode(hashlib.sha256(_content(name)).digest()).decode()}"


def stylesheet() -> str:
    """All of css/ as one file, in the order of the names."""
    return "\n".join(path.read_text("utf-8") for path in sorted((STATIC / "css").glob("*.css")))


def lay_out(folder: Path) -> None:
    """Write this build's files below `folder`, once, however many processes start together."""
    target = folder / build()
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft", dir=folder))
        for name in file_names():
            _write(draft / name, _content(name))
        draft.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:
            shutil.rmtree(draft)
    os.utime(target)
    builds = sorted((each for each in folder.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in [each for each in builds if not each.name.startswith(".")][KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _content(name: str) -> bytes:
    """A file as it is sent: the stylesheets as one, and so each script with what it imports."""
    if name == "css/all.css":
        return stylesheet().encode()
    if name in SENT:
        return joined(STATIC / name).encode()
    return (STATIC / name).read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if path.suffix in COMPRESSED:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
        path.with_name(path.name + ".br").write_bytes(brotli.compress(content))


def init_app(app: Flask) -> None:
    """Serve the builds, name them on each page, and give templates `asset(name)`."""
    folder = Path(app.config.get("BUILDS_FOLDER") or Path(app.config["DATA_FOLDER"]) / "builds")
    lay_out(folder)
    served = WhiteNoise(
        app.wsgi_app,
        max_age=31_536_000,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_headers,
        mimetypes={".webmanifest": "application/manifest+json"},
    )
    for each in folder.iterdir():
        if each.is_dir() and not each.name.startswith("."):
            served.add_files(str(each), prefix=f"static/{each.name}/")
    app.wsgi_app = served  # type: ignore[method-assign]
    app.after_request(_named)
    app.jinja_env.globals.update(asset=address, build=build)


def _named(response: Response) -> Response:
    """A page says which build it is of."""
    if response.mimetype == "text/html":
        response.headers.setdefault("X-Threshold-Build", build())
    return response


def _headers(headers: object, _path: str, _url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value  # type: ignore[index]
