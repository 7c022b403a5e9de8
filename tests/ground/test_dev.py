"""dev.py: what it takes, and what it says when something is not there."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dev

PYPROJECT = """
dependencies = [
    "flask",
]
[project.scripts]
"""
BODY = "flask==3.1.3 \\\n    --hash=sha256:00ff\n"


def tool(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def server(folder: Path, share: bool = True) -> Path:
    """A PostgreSQL installation that holds the files by which we know it."""
    for name in dev.POSTGRES_TOOLS:
        tool(folder / "bin", name)
    if share:
        (folder / "share").mkdir()
        (folder / "share" / "postgres.bki").touch()
    return folder / "bin"


class TestPython:
    def test_the_one_that_runs_is_taken_when_it_is_new_enough(self):
        assert dev.find_python("/mine", lambda _: (3, 12), lambda name: f"/usr/bin/{name}") == "/mine"

    def test_an_old_one_gives_way_to_a_newer_one_on_the_path(self):
        versions = {"/old": (3, 9), "/usr/bin/python3.12": (3, 12)}
        found = dev.find_python("/old", lambda python: versions.get(python, ()), lambda name: f"/usr/bin/{name}")
        assert found == "/usr/bin/python3.12"

    def test_without_any_the_line_to_type_is_said(self):
        with pytest.raises(dev.Stop, match="sudo apt-get install python3"):
            dev.find_python("/old", lambda _: (3, 9), lambda _: None)

    def test_a_program_that_is_not_there_has_no_version(self):
        assert dev.version_of("/nowhere/python") == ()

    def test_dev_can_be_read_by_an_old_python(self):
        import ast

        ast.parse(Path(dev.__file__).read_text(), feature_version=(3, 8))


class TestVenv:
    @pytest.fixture
    def python_without_venv(self, monkeypatch, tmp_path):
        """Debian's Python without its python3-venv package, started by somebody who is not root."""
        monkeypatch.setattr(dev, "PYTHON", tmp_path / "python")
        monkeypatch.setattr(dev, "version_of", lambda python: () if python == dev.PYTHON else (3, 11))
        monkeypatch.setattr(dev, "ask", lambda *_: (1, "ensurepip is not available"))
        monkeypatch.setattr(dev, "is_debian_root", lambda: False)
        return monkeypatch

    def test_where_none_can_be_made_the_line_to_type_is_said(self, python_without_venv):
        with pytest.raises(dev.Stop, match=r"ensurepip is not available(.|\n)*sudo apt-get install python3.11-venv"):
            dev.make_venv()

    def test_root_on_debian_installs_what_lacks_and_tries_again(self, python_without_venv):
        installed: list[str] = []
        python_without_venv.setattr(dev, "is_debian_root", lambda: True)
        python_without_venv.setattr(dev, "apt_install", lambda *names: not installed.extend(names))
        python_without_venv.setattr(dev, "ask", lambda *_: (0, "") if installed else (1, "no ensurepip"))
        dev.make_venv()
        assert installed == ["python3.11-venv"]


class TestPostgres:
    def test_a_whole_installation_is_taken(self, tmp_path):
        assert dev.holds_postgres(server(tmp_path))

    def test_a_lone_initdb_on_the_path_is_not(self, tmp_path):
        tool(tmp_path / "bin", "initdb")
        assert not dev.holds_postgres(tmp_path / "bin")

    def test_binaries_without_their_share_are_not(self, tmp_path):
        assert not dev.holds_postgres(server(tmp_path, share=False))

    def test_eighteen_comes_before_nine(self):
        folders = [Path(f"/usr/lib/postgresql/{version}/bin") for version in (9, 18, 15)]
        assert [folder.parent.name for folder in dev.newest_first(folders)] == ["18", "15", "9"]

    def test_a_given_database_is_the_first_rung(self, monkeypatch):
        monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://db/test")
        assert dev.postgres().env == {"TEST_DATABASE_URL": "postgresql://db/test"}

    def test_a_private_folder_is_not_open_to_the_servers_user(self, tmp_path):
        inner = tmp_path / "private" / "bin"
        inner.mkdir(parents=True)
        (tmp_path / "private").chmod(0o700)
        assert not dev.open_to_all(inner)


class TestNode:
    @pytest.mark.parametrize(("answer", "major"), [("v20.11.1\n", 20), ("v9.0.0", 9), ("not found", 0), ("", 0)])
    def test_its_major_version_is_read(self, answer, major):
        assert dev.node_version(answer) == major

    def test_npm_is_the_one_that_came_with_it(self, tmp_path):
        binary = tool(tmp_path / "bin", "node")
        script = tool(tmp_path / "lib" / "node_modules" / "npm" / "bin", "npm-cli.js")
        assert [Path(part).resolve() for part in dev.npm(binary)] == [binary.resolve(), script.resolve()]


class TestChromium:
    def test_a_given_browser_is_the_first_rung(self, monkeypatch, tmp_path):
        browser = tool(tmp_path, "my-browser")
        monkeypatch.setenv("CHROMIUM", str(browser))
        assert dev.chromium().env == {"CHROMIUM": str(browser)}

    def test_a_given_browser_that_cannot_be_run_is_said_and_not_replaced(self, monkeypatch):
        monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
        assert not dev.chromium().met

    def test_edge_will_do(self):
        assert dev.installed_chromium({"microsoft-edge": "/usr/bin/microsoft-edge"}.get) == "/usr/bin/microsoft-edge"


class TestFromDebian:
    @pytest.fixture
    def away(self, monkeypatch, tmp_path):
        """A machine on which the program is not installed."""
        monkeypatch.delenv("TEST_NGINX", raising=False)
        monkeypatch.setattr(dev.shutil, "which", lambda _name, **_more: None)
        monkeypatch.setattr(dev, "BUILD", tmp_path)
        return tmp_path

    def test_a_given_program_is_the_first_rung(self, monkeypatch, away):
        monkeypatch.setenv("TEST_NGINX", "/my/nginx")
        assert dev.nginx().env == {"TEST_NGINX": "/my/nginx"}

    def test_what_was_unpacked_before_is_taken(self, away):
        found = tool(away / "nginx" / "usr" / "sbin", "nginx")
        assert dev.nginx().env == {"TEST_NGINX": str(found)}

    def test_without_any_the_line_to_type_is_said(self, away):
        assert str(dev.nginx()) == "nginx: not found. Type:  sudo apt-get install nginx"


class TestWebKit:
    there = {"WebKitWebDriver": "/usr/bin/WebKitWebDriver", "Xvfb": "/usr/bin/Xvfb", "python3": "/own/python3"}

    def test_driver_screen_and_the_python_with_the_bindings_are_taken(self):
        found = dev.installed_webkit(self.there.get, lambda python: python == "/usr/bin/python3")
        assert found == {"WEBKIT_DRIVER": "/usr/bin/WebKitWebDriver", "XVFB": "/usr/bin/Xvfb", "WEBKIT_PYTHON": "/usr/bin/python3"}

    def test_bindings_of_another_python_on_the_path_will_do(self):
        assert dev.installed_webkit(self.there.get, lambda python: python == "/own/python3")["WEBKIT_PYTHON"] == "/own/python3"

    @pytest.mark.parametrize("missing", ["WebKitWebDriver", "Xvfb"])
    def test_without_one_of_them_there_is_none(self, missing):
        assert dev.installed_webkit({**self.there, missing: None}.get, lambda _: True) == {}

    def test_without_the_bindings_there_is_none(self):
        assert dev.installed_webkit(self.there.get, lambda _: False) == {}

    def test_root_on_debian_installs_it_and_looks_again(self, monkeypatch):
        installed: list[str] = []
        monkeypatch.setattr(dev, "is_debian_root", lambda: True)
        monkeypatch.setattr(dev, "apt_install", lambda *names: not installed.extend(names))
        monkeypatch.setattr(dev, "installed_webkit", lambda *_: {"WEBKIT_DRIVER": "/usr/bin/driver"} if installed else {})
        assert dev.webkit().env == {"WEBKIT_DRIVER": "/usr/bin/driver"}
        assert "webkit2gtk-driver" in installed

    def test_where_it_cannot_be_had_the_line_to_type_is_said(self, monkeypatch):
        monkeypatch.setattr(dev, "is_debian_root", lambda: False)
        monkeypatch.setattr(dev, "installed_webkit", lambda *_: {})
        assert dev.not_run(["needs webkit: x"], [dev.webkit()]) == [
            "NOT RUN: webkit (1 test): Type:  sudo apt-get install webkit2gtk-driver xvfb python3-gi gir1.2-webkit2-4.1"
        ]


class TestFirefox:
    def test_a_given_browser_is_the_first_rung(self, monkeypatch, tmp_path):
        browser = tool(tmp_path, "my-firefox")
        monkeypatch.setenv("FIREFOX", str(browser))
        assert dev.firefox().env == {"FIREFOX": str(browser)}

    def test_a_given_browser_that_cannot_be_run_is_said_and_not_replaced(self, monkeypatch):
        monkeypatch.setenv("FIREFOX", "/nowhere/firefox")
        assert not dev.firefox().met

    def test_the_long_supported_one_comes_first(self):
        assert dev.installed_firefox({"firefox-esr": "/usr/bin/esr", "firefox": "/usr/bin/new"}.get) == "/usr/bin/esr"

    def test_where_it_cannot_be_had_the_line_to_type_is_said(self, monkeypatch):
        monkeypatch.delenv("FIREFOX", raising=False)
        monkeypatch.setattr(dev, "is_debian_root", lambda: False)
        monkeypatch.setattr(dev, "installed_firefox", lambda _: None)
        assert dev.not_run(["needs firefox: x"], [dev.firefox()]) == [
            "NOT RUN: firefox (1 test): Type:  sudo apt-get install firefox-esr"
        ]


class TestWhatDidNotRun:
    missing = dev.Rung("browser", "Type:  sudo apt-get install chromium")
    there = dev.Rung("Node", "installed, /usr/bin/node", {"TEST_NODE": "/usr/bin/node"})

    def test_a_missing_need_is_named_with_the_number_of_its_tests(self):
        assert dev.not_run(["needs browser: x", "needs browser: y", "on macOS only"], [self.missing, self.there]) == [
            "NOT RUN: browser (2 tests): Type:  sudo apt-get install chromium"
        ]

    def test_a_missing_need_is_named_even_when_nothing_skipped(self):
        assert dev.not_run([], [self.missing]) == ["NOT RUN: browser (0 tests): Type:  sudo apt-get install chromium"]

    def test_when_all_is_there_nothing_is_said(self):
        assert dev.not_run(["on macOS only"], [self.there]) == []

    def test_the_reasons_come_from_the_report_of_the_run(self, tmp_path):
        report = tmp_path / "tests.xml"
        report.write_text(
            '<testsuites><testsuite><testcase><skipped type="pytest.skip" message="needs Node: x"/></testcase>'
            '<testcase><skipped type="pytest.xfail" message="known"/></testcase></testsuite></testsuites>'
        )
        assert dev.skipped(report) == ["needs Node: x"]

    def test_without_a_report_there_are_no_reasons(self, tmp_path):
        assert dev.skipped(tmp_path / "tests.xml") == []


class TestLocks:
    def lock(self, body: str = BODY, pyproject: str = PYPROJECT) -> str:
        return dev.seal("requirements.lock", pyproject, body) + "\n" + body

    def faults(self, text: str, pyproject: str = PYPROJECT) -> list[str]:
        return dev.faults_of("requirements.lock", pyproject, text)

    def test_a_lock_as_it_was_made_is_fine(self):
        assert self.faults(self.lock()) == []

    def test_a_new_wish_makes_it_stale(self):
        assert "dev.py lock" in self.faults(self.lock(), PYPROJECT.replace("flask", "quart"))[0]

    def test_a_lock_edited_by_hand_is_found(self):
        assert "dev.py lock" in self.faults(self.lock().replace("3.1.3", "3.1.2"))[0]

    def test_an_address_is_found(self):
        assert "names an address" in " ".join(self.faults(self.lock("--index-url https://example.org\n" + BODY)))

    def test_a_package_without_a_hash_is_found(self):
        assert "without a pin or a hash" in " ".join(self.faults(self.lock("flask==3.1.3\n")))

    def test_both_locks_pin_what_runs_alike(self):
        def pins(name: str) -> set[str]:
            return set(re.findall(r"^[\w.-]+==[^ ]+", (dev.ROOT / name).read_text(), re.MULTILINE))

        assert pins("requirements.lock") <= pins("requirements-test.lock")

    def test_the_locks_of_this_checkout_are_sealed_and_without_addresses(self):
        assert dev.locks() == (True, "")


class TestBudget:
    def test_each_file_that_is_sent_weighs_by_itself(self):
        text = b"the same line\n" * 200
        alone = len(gzip.compress(text, 9, mtime=0))
        assert dev.within("JavaScript", [text, text], alone * 2)[0]
        assert not dev.within("JavaScript", [text, text], alone * 2 - 1)[0]

    def test_scripts_weigh_with_what_they_import(self):
        sent = dev.scripts(dev.ROOT / "webapp" / "static")
        assert len(sent) == 3
        assert [text.count(b'createObjectStore("entries"') for text in sent] == [1, 0, 1], "the store of pages and of the worker"


class TestCatalogues:
    @pytest.fixture
    def catalogue(self, tmp_path, monkeypatch):
        monkeypatch.setattr(dev, "ROOT", tmp_path)
        (tmp_path / "messages.pot").write_text('msgid "Covers"\nmsgstr ""\n')

        def write(text: str) -> Path:
            for language in dev.LANGUAGES:
                folder = tmp_path / "translations" / language / "LC_MESSAGES"
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "messages.po").write_text(text)
            return tmp_path / "messages.pot"

        return write

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("", "missing 'Covers'"),
            ('msgid "Covers"\nmsgstr ""\n', "empty 'Covers'"),
            ('#, fuzzy\nmsgid "Covers"\nmsgstr "鞋套"\n', "fuzzy 'Covers'"),
            ('msgid "Covers"\nmsgstr "鞋套"\n\nmsgid "Gone"\nmsgstr "無"\n', "no longer used 'Gone'"),
        ],
    )
    def test_what_a_catalogue_lacks_is_told(self, catalogue, capsys, text, fault):
        assert dev.compare([catalogue(text)]) == 1
        assert f"zh_Hant: {fault}" in capsys.readouterr().out

    def test_a_whole_catalogue_is_fine(self, catalogue):
        assert dev.compare([catalogue('msgid "Covers"\nmsgstr "鞋套"\n')]) == 0


def test_a_clause_lists_the_sentences_of_its_tests(tmp_path):
    (tmp_path / "test_stock.py").write_text('@pytest.mark.clause("P2-4.4.10")\ndef test_a_count_settles():\n    pass\n')
    (tmp_path / "test_tours.py").write_text('@pytest.mark.clause("P2-4.4.2c")\ndef test_covers_go_out():\n    pass\n')
    page = dev.clause_page(dev.shown_by_tests(tmp_path))
    assert page.index("## P2-4.4.2c") < page.index("## P2-4.4.10")
    assert "- test_stock.py: test a count settles\n" in page


def test_the_makefile_and_the_script_know_the_same_commands():
    makefile = (dev.ROOT / "Makefile").read_text()
    for command in ("run", "test", "check", "bench", "soak", "lock"):
        assert re.search(rf"^{command}\b|\b{command}\b.*:$", makefile, re.MULTILINE)
        assert command in dev.COMMANDS
    assert "python3 dev.py $@" in makefile


def test_an_unknown_command_is_refused_with_the_list_of_those_there_are():
    answer = subprocess.run([sys.executable, dev.__file__, "fly"], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "run" in answer.stderr
