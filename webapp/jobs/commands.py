"""`threshold worker` and `threshold jobs`."""

from collections.abc import Callable

import click
from flask import Flask

from webapp.base import clock, ids
from webapp.jobs import queue


@click.group(invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """What runs by itself: how it stands, and what was given up."""
    if context.invoked_subcommand is not None:
        return
    now, open_app = clock.now(), context.obj
    with open_app().app_context():
        click.echo(describe(now))
        for row in queue.dead_letters():
            click.echo(f"given up  {row.id}  {row.name}  {_ago(now, row.dead_at)} ago, after {row.tries} tries: {row.fault}")


@jobs.command()
@click.argument("job_id")
@click.pass_obj
def retry(open_app: Callable[[], Flask], job_id: str) -> None:
    """Send a job that was given up round again."""
    try:
        wanted = ids.canonical(job_id)
    except ValueError as error:
        raise click.ClickException(f"{job_id} is no job's number.") from error
    with open_app().app_context():
        if not queue.send_round_again(wanted, clock.now()):
            raise click.ClickException(f"No job {job_id} was given up.")
    click.echo("It will be tried again.")


def describe(now: int) -> str:
    """One line for `threshold doctor`."""
    stands = queue.standing(now)
    waits = f", {stands.waiting} jobs due" if stands.waiting else ""
    dead = f", {stands.dead} given up (threshold jobs)" if stands.dead else ""
    if stands.alive:
        return f"{stands.alive} running{waits}{dead}"
    seen = f"the last was seen {_ago(now, stands.seen_at)} ago" if stands.seen_at else "none was ever seen"
    return f"none is running, {seen}{waits}{dead}: start `threshold serve` or `threshold worker`"


def _ago(now: int, then: int) -> str:
    seconds = max(0, now - then) // 1000
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
