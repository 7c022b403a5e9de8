"""`threshold staff`: what somebody signs in with, given by whoever has this machine.

It is asked for and never an argument, for those are seen by others and kept in histories."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import Flask

from webapp.base import clock, migrations
from webapp.sites import queries as sites
from webapp.staff import access, queries
from webapp.staff.queries import Colleague
from webapp.staff.rules import PASSWORD_LEAST, is_weak_code, is_weak_password, read_code

BY = "system at the command line"
"""Who did it, in the audit."""


@click.group()
def staff() -> None:
    """How people sign in: a password at a desk, six digits at a tablet."""


@staff.command()
@click.argument("account")
@click.pass_obj
def password(open_app: Callable[[], Flask], account: str) -> None:
    """Give an account another password; wherever it is signed in, it is signed out."""
    with _opened(open_app):
        person_id = access.owner_of(account)
        if person_id is None:
            raise click.ClickException(f"There is no account {account}. `threshold sites open` makes accounts.")
        access.set_password(person_id, account, _asked("Password", lambda typed: _password(typed, account)), by=BY)
        person = queries.person(person_id)
        click.echo(f"{person.name if person else account} signs in with {account} and this password from now on.")


@staff.command()
@click.argument("who", metavar="ACCOUNT-OR-NAME")
@click.option("--project", "code", required=True, help="the project's code, such as YQF")
@click.pass_obj
def code(open_app: Callable[[], Flask], who: str, code: str) -> None:
    """Give somebody other six digits; tablets learn of them as soon as they are online."""
    with _opened(open_app):
        project = sites.project_by_code(code)
        if project is None:
            raise click.ClickException(f"There is no project {code}.")
        person = _colleague(project.id, who)
        access.set_code(person.id, _asked("Six digits", _code), by=BY)
        click.echo(f"{person.name} has other digits from now on.")


@contextmanager
def _opened(open_app: Callable[[], Flask]) -> Iterator[None]:
    with open_app().app_context():
        if migrations.current() != migrations.newest():
            raise click.ClickException("The database is not at this version's schema: run `threshold migrate`.")
        yield


def _asked(what: str, read: Callable[[str], str]) -> str:
    """Something secret, typed twice without being shown."""
    return str(click.prompt(what, hide_input=True, confirmation_prompt="Once more", value_proc=read))


def _password(typed: str, account: str) -> str:
    if is_weak_password(typed, account):
        raise click.UsageError(f"at least {PASSWORD_LEAST} characters, and not what everybody would try first.")
    return typed


def _code(typed: str) -> str:
    digits = read_code(typed)
    if digits is None:
        raise click.UsageError("six digits.")
    if is_weak_code(digits):
        raise click.UsageError("not digits that everybody would try first.")
    return digits


def _colleague(project_id: str, who: str) -> Colleague:
    """The one person of a project with this account or name."""
    staff = queries.colleagues(project_id, clock.now())
    owner = access.owner_of(who)
    found = [each for each in staff if each.id == owner] or [each for each in staff if who in {each.name, each.call_name}]
    if len(found) == 1:
        return found[0]
    known = ", ".join(each.name for each in staff)
    raise click.ClickException(f"{'Several people are' if found else 'Nobody here is'} called {who}; there are {known}.")
