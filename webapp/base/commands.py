"""`threshold tls`: an authority of our own, for a site where no public one gives a certificate (docs/installing.md, road C)."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.base import address, clock

if TYPE_CHECKING:  # it takes longer than all the rest of a start, and most commands never ask for it
    from cryptography.x509 import Certificate

    from webapp.base.certificates import Files

PASSPHRASE = "THRESHOLD_TLS_PASSPHRASE"  # noqa: S105 - the name of a variable

folder_option = click.option(
    "--folder", type=click.Path(path_type=Path), help="where certificates are kept; else THRESHOLD_TLS, else tls/ in THRESHOLD_DATA"
)
root_key_option = click.option("--root-key", type=click.Path(path_type=Path), help="the root's key, where it lies apart")


@click.group()
def tls() -> None:
    """Certificates of our own, where no public authority gives one."""


@tls.command()
@click.option("--name", "names", multiple=True, required=True, help="as tablets see it: tablets.lan, 192.168.1.20; may be repeated")
@click.option("--passphrase", "ask", is_flag=True, help=f"lock the root's key with a passphrase (asked, or in {PASSPHRASE})")
@folder_option
@root_key_option
def ca(names: tuple[str, ...], ask: bool, folder: Path | None, root_key: Path | None) -> None:
    """Make a root once, and the first certificate under it."""
    from webapp.base import certificates

    files, at = _files(folder, root_key), clock.now()
    try:
        wanted = certificates.names_of(names)
        secret = _new_passphrase() if ask else None
        root = certificates.make_root(files, wanted, at, secret)
        leaf = certificates.make_leaf(files, wanted, at, secret)
    except certificates.NotPossible as reason:
        raise click.ClickException(str(reason)) from reason
    _tell_root(files, root)
    _tell_leaf(files, leaf)
    click.echo(
        f"\nTake {files.root_key} away from this machine until the next renewal{'' if ask else ', for it has no passphrase'}."
    )
    click.echo("Tell nginx of chain.pem and key.pem, then let every tablet trust /root.crt (docs/installing.md, road C).")


@tls.command()
@click.option(
    "--name", "names", multiple=True, help="other names than the last certificate had, as far as the root vouches for them"
)
@folder_option
@root_key_option
def renew(names: tuple[str, ...], folder: Path | None, root_key: Path | None) -> None:
    """Make the next certificate under the same root; tablets notice nothing."""
    from webapp.base import certificates

    files = _files(folder, root_key)
    try:
        wanted = certificates.names_of(names) or certificates.names_in(certificates.read(files.chain))
        secret = _passphrase() if certificates.needs_passphrase(files) else None
        leaf = certificates.make_leaf(files, wanted, clock.now(), secret)
    except certificates.NotPossible as reason:
        raise click.ClickException(str(reason)) from reason
    _tell_leaf(files, leaf)
    click.echo("Now reload nginx: systemctl reload nginx")


@tls.command()
@folder_option
def show(folder: Path | None) -> None:
    """Say what there is, and the root's fingerprint to compare with a tablet's."""
    from webapp.base import certificates

    files = _files(folder, None)
    try:
        _tell_root(files, certificates.read(files.root))
        _tell_leaf(files, certificates.read(files.chain))
    except certificates.NotPossible as reason:
        raise click.ClickException(str(reason)) from reason


def _files(folder: Path | None, root_key: Path | None) -> "Files":
    from webapp.base.certificates import Files

    chosen = folder or address.folder()
    return Files(chosen, root_key or chosen / "root-key.pem")


def _tell_root(files: "Files", root: "Certificate") -> None:
    from webapp.base import certificates

    click.echo(f"root         {files.root}, until {_day(root)}")
    click.echo(f"SHA-256      {certificates.fingerprint(root)}")


def _tell_leaf(files: "Files", leaf: "Certificate") -> None:
    from webapp.base import certificates

    names = ", ".join(str(each.value) for each in certificates.names_in(leaf))
    click.echo(f"certificate  {files.chain}, until {_day(leaf)}, for {names}")
    click.echo(f"its key      {files.key}")


def _day(certificate: "Certificate") -> str:
    from webapp.base import certificates

    return clock.day_of(certificates.ends_at(certificate), "UTC").isoformat()


def _new_passphrase() -> bytes:
    given = os.environ.get(PASSPHRASE)
    return (given or str(click.prompt("Passphrase of the root's key", hide_input=True, confirmation_prompt=True))).encode()


def _passphrase() -> bytes:
    given = os.environ.get(PASSPHRASE)
    return (given or str(click.prompt("Passphrase of the root's key", hide_input=True))).encode()
