"""`threshold tablets …`: what is typed on the server about tablets. `app` opens the application (cli.py gives it)."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from flask import Flask

from webapp.base import clock, ids
from webapp.base.database import db
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM
from webapp.sites import queries as sites
from webapp.tablets import enrolment, parcels
from webapp.tablets.queries import Contact, contacts, drains_since
from webapp.tablets.queries import tablets as tablets_of
from webapp.tablets.rules import still_to_come

Opens = Callable[[], Flask]
LOOK_AGAIN = 5


@click.group()
def tablets() -> None:
    """Tablets of a site."""


@tablets.command()
@click.option("--project", "code", required=True, help="the project's code, such as YQF")
@click.option("--name", required=True, help="what stands on the tablet, such as “Flat A, 2”")
@click.option("--station", default="door", type=click.Choice(["door", "bar", "floor"]))
@click.option("--at", "spot", default="", help="the code of the show flat or place where it stands; else the first of its station")
@click.option("--json", "as_json", is_flag=True, help="enrol at once and print everything a client needs")
@click.option("--count", default=1, help="with --json: so many tablets, a line each", type=click.IntRange(1, 1000))
@click.pass_obj
def enrol(app: Opens, code: str, name: str, station: str, spot: str, as_json: bool, count: int) -> None:
    """Print the one-use code to type on the tablet; with --json enrol at once."""
    opened = app()
    with opened.app_context():
        project_id = _project(code)
        where = _spot(project_id, station, spot)
        if not as_json:
            click.echo(enrolment.make_code(project_id, name, station, clock.now(), spot=where))
            return
        for number in range(1, count + 1):
            named = name if count == 1 else f"{name} {number}"
            given = enrolment.enrol_at_once(project_id, named, station, clock.now(), where)
            click.echo(json.dumps(given | {"url": f"{opened.config['PUBLIC_URL']}/sync"}, ensure_ascii=False))


@tablets.command("import")
@click.option("--project", "code", required=True, help="the project's code, such as YQF")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def bring_in(app: Opens, code: str, file: Path) -> None:
    """Take in a file that a tablet made of what it could not send: whole or not at all."""
    with app().app_context():
        try:
            taken = parcels.bring_in(_project(code), file.read_bytes(), None, clock.now())
        except parcels.Refused as refused:
            raise click.ClickException(parcels.REASONS[str(refused)]) from refused
        then = "put aside until a supervisor rules on them" if taken.tablet.barred else "here now"
        click.echo(f"{taken.entries} entries of tablet {taken.tablet.number}, {taken.tablet.name}: {then}.")


@tablets.command()
@click.option("--project", "code", required=True, help="the project's code, such as YQF")
@click.option("--wait", is_flag=True, help="look again until everything is in")
@click.option("--end", "ends", is_flag=True, help="the address stays, or has changed: stop asking")
@click.pass_obj
def drain(app: Opens, code: str, wait: bool, ends: bool) -> None:
    """Ask all tablets to send everything, before the address changes. Ends with 0 when all is in, else with 1."""
    with app().app_context():
        project_id = _project(code)
        since = _asked(project_id, ends=ends)
        if since is None:
            click.echo("The tablets are no longer asked.")
            return
        while left := list(_left(project_id, since)):
            click.echo("\n".join(left))
            if not wait:
                sys.exit(1)
            time.sleep(LOOK_AGAIN)
        click.echo("Everything is in: the address may change now.")


def _project(code: str) -> str:
    project = sites.project_by_code(code)
    if project is None:
        raise click.ClickException(f"There is no project {code}.")
    return project.id


def _spot(project_id: str, station: str, code: str) -> enrolment.Spot:
    """Where a tablet of a station is to stand, by the code of a flat or a place."""
    codes = {each.id: each.code for each in sites.flats(project_id)} | {each.id: each.code for each in sites.places(project_id)}
    found = enrolment.spots(project_id, station)
    named = [each for each in found if code in ("", codes.get(each.flat_id or ""), codes[each.place_id])]
    if not named:
        known = ", ".join(sorted(codes[each.id] for each in found))
        raise click.ClickException(f"A tablet of {station} cannot stand at {code}, but at: {known}.")
    return named[0]


def _asked(project_id: str, *, ends: bool) -> int | None:
    """Since when the tablets are asked, now that they are (or, with `ends`, no longer: None)."""
    since = drains_since(project_id)
    if ends is (since is not None):
        db.session.rollback()
        at = clock.now()
        body = {"ends": "yes" if ends else ""}
        the_ledger().submit(
            "tablets.drain", body, project_id=project_id, author_id=None, proof=SYSTEM, entry_id=ids.uuid7(at), at=at
        )
        since = drains_since(project_id)
    return since


def _left(project_id: str, since: int) -> Iterator[str]:
    """A line for each tablet of which not everything is in, or of which that is not known."""
    db.session.rollback()
    heard = contacts(project_id)
    for each in tablets_of(project_id):
        contact = heard.get(each.id, Contact(0, 0, "", False))
        why = None if each.barred else still_to_come(contact.seen_at, contact.unsent, since)
        if why:
            yield f"tablet {each.number}, {each.name}: {why}"
