"""`threshold`: what is typed on the server."""

import json
import os
import sys
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import click
import sqlalchemy as sa
from flask import Flask

from webapp.base import assets, backup, clock, copying, migrations
from webapp.base.commands import tls
from webapp.base.database import db
from webapp.base.errors import Unavailable
from webapp.factory import create_app, settings
from webapp.jobs import commands as jobs
from webapp.operations import declarations
from webapp.operations.ledger import the_ledger
from webapp.staff.commands import staff
from webapp.tablets.commands import tablets


def _app() -> Flask:
    """The application. Where its folder cannot be written, the plain sentence of the gate; any other file is named itself."""
    try:
        return create_app()
    except OSError as error:
        from webapp import gates

        folder = settings()["DATA_FOLDER"]
        if error.filename and not Path(str(error.filename)).is_relative_to(folder):
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error
        raise click.ClickException(gates.unwritable(folder, error)) from error


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Threshold (迎門): a show flat's desk, offline at the door."""
    context.obj = _app  # how the packages' own commands open the application


main.add_command(tls)


@main.command()
def migrate() -> None:
    """Make or bring up the database, then try held entries again."""
    from webapp.sites import queries as sites

    app = _app()
    with app.app_context():
        migrations.upgrade()
        changed = sum(the_ledger().apply_held(project.id) for project in sites.projects())
    click.echo(f"The database is at its newest schema.{f' {changed} held entries were applied.' if changed else ''}")


@main.command()
@click.option("--host", default=lambda: os.environ.get("HOST", "127.0.0.1"))
@click.option("--port", default=lambda: int(os.environ.get("PORT", "8000")), type=int)
@click.option("--worker/--no-worker", envvar="THRESHOLD_WORKER", default=True, help="run a worker beside it (the default)")
def serve(host: str, port: int, worker: bool) -> None:
    """Answer tablets and desks, and do what runs by itself."""
    from webapp.server import serve as run

    app = _app()
    with app.app_context():
        _pass_gates()
    click.echo(f"Threshold is open at http://{host}:{port} (build {assets.build()})")
    run(app, host, port, worker)


@main.command()
def worker() -> None:
    """Do what runs by itself, in a process of its own; beside `threshold serve --no-worker`, on any machine."""
    from webapp.jobs import worker as working

    app = _app()
    with app.app_context():
        _pass_gates()
        with copying.hold(db.engine.url) or nullcontext():
            working.run()


def _pass_gates() -> None:
    from webapp.gates import findings

    for finding in findings():
        click.echo(finding.words, err=True)
        if finding.stops:
            sys.exit(1)


@main.command()
@click.option(
    "--tls", "asks_address", is_flag=True, help="look at the https address as tablets see it; 1: they cannot use it, 3: soon"
)
@click.option("--url", help="with --tls: another address than THRESHOLD_URL")
def doctor(asks_address: bool, url: str | None) -> None:
    """Say what stands in the way of a start, and what this machine offers."""
    if asks_address:
        sys.exit(_inspect(url))
    from webapp.base import database
    from webapp.gates import findings
    from webapp.tablets import parcels

    app = _app()
    with app.app_context():
        engine = database.db.engine
        found = findings()
        click.echo(f"build     {assets.build()}")
        click.echo(f"data      {app.config['DATA_FOLDER']}")
        click.echo(f"database  {engine.dialect.name}")
        if engine.dialect.name == "sqlite" and not any(finding.stops for finding in found):
            with engine.connect() as connection:
                version = ".".join(map(str, database.sqlite_version(connection)))
                journal = connection.exec_driver_sql("pragma journal_mode").scalar_one()
            click.echo(f"sqlite    {version}, journal {journal}")
        if not any(finding.stops for finding in found):
            click.echo(f"worker    {jobs.describe(clock.now())}")
        click.echo(f"files     sealed to key {', '.join(parcels.key_ids())} (THRESHOLD_SECRET, then THRESHOLD_SECRETS_BEFORE)")
        for finding in found:
            click.echo(f"{'STOPS' if finding.stops else 'note '}     {finding.words}")
        click.echo("ready" if not any(finding.stops for finding in found) else "not ready")
    sys.exit(1 if any(finding.stops for finding in found) else 0)


def _inspect(url: str | None) -> int:
    """All that is to be said of an address; the exit code: 0 well, 1 tablets cannot use it, 3 something wants doing soon."""
    from webapp.base.inspection import SOON, STOPS, inspect

    config, grades = settings(), set()
    for said in inspect(url or config["PUBLIC_URL"], Path(config["TLS_FOLDER"]) / "root.pem", clock.now()):
        click.echo(f"{said.grade:<6}{said.words}")
        grades.add(said.grade)
    return 1 if STOPS in grades else 3 if SOON in grades else 0


@main.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
def make_backup(target: Path) -> None:
    """Copy the running database and open the copy."""
    with _app().app_context():
        try:
            click.echo(f"{target}: {backup.backup(target)}")
        except backup.BackupFailed as failed:
            raise click.ClickException(str(failed)) from failed


@main.command("restore")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
def restore_backup(source: Path) -> None:
    """Put a backup in the place of the database; stop the server first."""
    with _app().app_context():
        try:
            click.echo(f"Restored from {source}: {backup.restore(source)}. Tablets send again what is missing.")
        except backup.BackupFailed as failed:
            raise click.ClickException(str(failed)) from failed


@main.command()
@click.option("--at", type=int, help="milliseconds UTC: the site as it would be then; now where left out")
@click.option("--week", is_flag=True, help="two flats and the seven days before, instead of one flat and yesterday")
def demo(at: int | None, *, week: bool) -> None:
    """Load the demo site once, and print its addresses and sign-ins."""
    from webapp import demo as site
    from webapp.sites import queries as sites

    app = _app()
    with app.app_context():
        if any(project.id != site.project_id() for project in sites.projects()):
            click.echo("This database has a site of its own: the demo is not loaded into it.")
            return
        report = site.load(clock.now() if at is None else at, week=week)
        click.echo(site.describe(report, app.config["PUBLIC_URL"]))


@main.command("copy")
@click.option("--from", "source", required=True, help="the old database, such as sqlite:////srv/threshold/threshold.db")
@click.option("--to", "target", required=True, help="the new one, empty, such as postgresql://threshold@/threshold")
@click.option("--verify/--no-verify", default=True, help="read both again and compare rows, digests and states (the default)")
def copy_database(source: str, target: str, verify: bool) -> None:
    """Move everything into another database: stop the server, copy, set DATABASE_URL, start again. Both ways."""
    old, new = create_app({"DATABASE_URL": source}), create_app({"DATABASE_URL": target})
    with old.app_context():
        if migrations.current() != migrations.newest():
            raise click.ClickException("The old database is not at this version's schema: run `threshold migrate` on it first.")
        before = db.engine
    with new.app_context():
        migrations.upgrade()
        after = db.engine
    try:
        with copying.alone(before), copying.alone(after):
            counted = copying.copy(before, after)
            click.echo(f"copied    {sum(counted.values())} rows of {len(counted)} tables")
            different = _differences(old, new, clock.now()) if verify else []
    except copying.CopyRefused as refused:
        raise click.ClickException(str(refused)) from refused
    finally:
        before.dispose()
        after.dispose()
    if different:
        raise click.ClickException("\n".join(different))
    click.echo("the same  rows, digests and states" if verify else "not verified")


def _differences(old: Flask, new: Flask, at: int) -> list[str]:
    """What is not the same in both: tables, and the state of each project at an instant."""
    from webapp.sites import queries as sites

    found = []
    for app in (old, new):
        with app.app_context():
            found.append({project.code: digest_text(project.id, at) for project in sites.projects()})
    before, after = found
    states = [
        f"the state of {code} differs" for code in sorted(before.keys() | after.keys()) if before.get(code) != after.get(code)
    ]
    return states + copying.differences(_engine(old), _engine(new))


def _engine(app: Flask) -> sa.Engine:
    with app.app_context():
        return db.engine


main.add_command(jobs.jobs)
main.add_command(staff)


@main.group("sites")
def opened_sites() -> None:
    """Sites: a show flat, its people and what lies there."""


@opened_sites.command("example")
def example_site() -> None:
    """Print a small site as a file, to be changed and opened."""
    from webapp import opening

    click.echo(opening.example(), nl=False)


@opened_sites.command("open")
@click.argument("file", type=click.File("rb"))
def open_site(file: BinaryIO) -> None:
    """Open a site from a file, whole or not at all; a second time changes nothing."""
    from webapp import gates, opening
    from webapp.base import sheet

    with _app().app_context():
        try:
            found = opening.read(file.read(sheet.BYTES_MOST + 1))
            planned, behind = opening.plan(found.tree), gates.schema()
            problems = [behind.words] if behind else found.told(opening.in_the_way(planned))
            if problems:
                raise sheet.Wrong(problems)
            done = opening.carry_out(planned, clock.now())
        except sheet.Wrong as wrong:
            raise click.ClickException(f"Nothing was opened.\n{wrong}") from wrong
        except Unavailable as busy:
            raise click.ClickException("The database takes no writes just now. Do it again: it goes on where it was.") from busy
    click.echo(
        f"{planned.code} is open, by {done} operations." if done else f"{planned.code} is open already; nothing was changed."
    )
    for account, _path in planned.accounts.values():
        click.echo(f"A password for {account}: threshold staff password {account}")
    click.echo(f"Six digits for somebody at a tablet: threshold staff code NAME --project {planned.code}")


@main.group()
def audit() -> None:
    """What changed and who did it."""


@audit.command()
@click.option("--project", "code", help="the project's code, such as YQF; all where left out")
@click.option("--head", help="number:hash that an earlier verification of this project told")
def verify(code: str | None, head: str | None) -> None:
    """Go through the chain of each project and name the first row that is not as it was written."""
    from webapp.operations.audit import verify as verdict_of
    from webapp.sites import queries as sites

    if head and not code:
        raise click.UsageError("A head is of one project: name it with --project.")
    with _app().app_context():
        chosen = [project for project in sites.projects() if code in {None, project.code}]
        if not chosen:
            raise click.ClickException(f"There is no project {code}." if code else "There is no project yet.")
        with db.engine.connect() as connection:
            verdicts = {project.code: verdict_of(connection, project.id, head) for project in chosen}
    for name, verdict in verdicts.items():
        waits = f", {verdict.waiting} rows not chained yet" if verdict.waiting else ""
        click.echo(
            f"{name}: {verdict.broken}" if verdict.broken else f"{name}: {verdict.rows} rows whole, head {verdict.head}{waits}"
        )
    sys.exit(1 if any(verdict.broken for verdict in verdicts.values()) else 0)


main.add_command(tablets)


@main.command()
@click.option("--project", "code", required=True)
@click.option("--at", required=True, type=int, help="milliseconds UTC; only what happened at or before it")
@click.option("--json", "_as_json", is_flag=True, help="the only form there is")
def state(code: str, at: int, _as_json: bool) -> None:
    """Print the state of a project at an instant; the last line is the SHA-256 of all before it."""
    from webapp.sites import queries as sites

    with _app().app_context():
        project = sites.project_by_code(code)
        if project is None:
            raise click.ClickException(f"There is no project {code}.")
        sys.stdout.write(digest_text(project.id, at))


def digest_text(project_id: str, at: int) -> str:
    """The state digest (docs/protocol.md section 6): sorted keys, one line, then its hash."""
    parts = {name: part(project_id, at) for name, part in declarations.states().items()}
    text = json.dumps({"at": at, "protocol": 1, **parts}, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    return f"{text}sha256:{sha256(text.encode()).hexdigest()}\n"
