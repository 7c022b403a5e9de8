"""Our own authority (docs/installing.md, road C): what OpenSSL, and so a browser, makes of its certificates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.tls import made, shown
from webapp.base import certificates, clock
from webapp.base.certificates import Files, NotPossible, ends_at, look_at, make_leaf, names_of
from webapp.base.commands import PASSPHRASE, tls

DAY = clock.DAY


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "tls", tmp_path / "stick" / "root-key.pem")


@pytest.fixture
def at() -> int:
    """The real present, for OpenSSL asks this machine's clock."""
    return clock.now()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_is_trusted_by_whoever_trusts_the_root(files: Files, at: int, host: str):
    made(files, at)
    with shown(files) as port:
        found = look_at(f"https://{host}:{port}", [files.root])
    assert (found.fault, found.protocol) == ("", "TLSv1.3")
    assert found.certificate == certificates.read(files.chain)


def test_nobody_else_trusts_it(files: Files, at: int):
    made(files, at)
    with shown(files) as port:
        assert "issuer certificate" in look_at(f"https://localhost:{port}").fault


def test_another_name_is_refused(files: Files, at: int):
    made(files, at, "tablets.lan")
    with shown(files) as port:
        assert "mismatch" in look_at(f"https://localhost:{port}", [files.root]).fault


def test_one_that_has_ended_is_refused(files: Files, at: int):
    made(files, at - 398 * DAY)
    with shown(files) as port:
        found = look_at(f"https://localhost:{port}", [files.root])
    assert "expired" in found.fault
    assert ends_at(found.certificate) < at


def test_the_root_opens_no_door_but_ours(files: Files, at: int):
    """Even with its key in hand: the constraint stands in the root itself."""
    made(files, at, "tablets.lan")
    root, signer = certificates.read(files.root), certificates._signer(files, None)
    leaf = certificates.read(files.chain)
    draft = x509.CertificateBuilder().subject_name(leaf.subject).issuer_name(root.subject).public_key(leaf.public_key())
    draft = draft.serial_number(7).not_valid_before(leaf.not_valid_before_utc).not_valid_after(leaf.not_valid_after_utc)
    forged = draft.add_extension(x509.SubjectAlternativeName(names_of(["localhost"])), critical=False).sign(signer, hashes.SHA256())
    files.chain.write_bytes(forged.public_bytes(certificates.Encoding.PEM))
    with shown(files) as port:
        assert "permitted subtree violation" in look_at(f"https://localhost:{port}", [files.root]).fault


def test_it_is_what_browsers_ask_for(files: Files, at: int):
    leaf = made(files, at, "tablets.lan", "192.168.1.20")
    root = certificates.read(files.root)
    extension = leaf.extensions.get_extension_for_class
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=397)
    assert [str(each.value) for each in certificates.names_in(leaf)] == ["tablets.lan", "192.168.1.20"]
    assert list(extension(x509.ExtendedKeyUsage).value) == [x509.ExtendedKeyUsageOID.SERVER_AUTH]
    assert not extension(x509.BasicConstraints).value.ca
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(ca=True, path_length=0)
    assert leaf.not_valid_before_utc < datetime.fromtimestamp(at / 1000, UTC)


def test_a_renewal_keeps_the_root_and_changes_the_key(files: Files, at: int):
    first = made(files, at)
    root = files.root.read_bytes()
    second = make_leaf(files, certificates.names_in(first), at + 380 * DAY, None)
    assert files.root.read_bytes() == root
    assert second.public_key() != first.public_key()
    assert ends_at(second) - ends_at(first) == 380 * DAY


def test_a_certificate_never_outlives_its_root(files: Files, at: int):
    made(files, at)
    root, names = certificates.read(files.root), names_of(["localhost"])
    late = ends_at(root) - 30 * DAY
    assert at < ends_at(make_leaf(files, names, late, None)) <= ends_at(root)
    with pytest.raises(NotPossible, match="The root has ended"):
        make_leaf(files, names, ends_at(root), None)


@pytest.mark.parametrize("name", ["tablets.lan", "a.tablets.lan", "192.168.3.4", "10.0.0.7"])
def test_the_root_vouches_for_its_names_what_is_below_and_private_addresses(files: Files, at: int, name: str):
    made(files, at, "tablets.lan")
    assert make_leaf(files, names_of([name]), at, None)


@pytest.mark.parametrize("name", ["example.com", "lan", "nottablets.lan", "203.0.113.4"])
def test_for_another_name_it_takes_another_root(files: Files, at: int, name: str):
    made(files, at, "tablets.lan")
    before = files.chain.read_bytes()
    with pytest.raises(NotPossible, match=f"does not vouch for {name}"):
        make_leaf(files, names_of([name]), at, None)
    assert files.chain.read_bytes() == before


@pytest.mark.parametrize("name", ["", "https://tablets.lan", "tablets.lan:443", "*.lan", "-a.lan", "300.1.1.1", "a b", "平板.lan"])
def test_what_is_no_name_is_said(name: str):
    with pytest.raises(NotPossible, match="is no name or address"):
        names_of([name])


# --- as typed ----------------------------------------------------------------------------------------------------------


def typed(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(tls, list(words), env=environment, catch_exceptions=False)


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path):
    assert typed("ca", "--name", "tablets.lan", "--folder", str(tmp_path)).exit_code == 0
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"root-key.pem": 0o600, "key.pem": 0o600, "root.pem": 0o644, "chain.pem": 0o644}


def test_a_root_key_lies_apart_under_a_passphrase(tmp_path: Path):
    stick, where = (
        tmp_path / "stick" / "root-key.pem",
        ["--folder", str(tmp_path / "tls"), "--root-key", str(tmp_path / "stick/root-key.pem")],
    )
    told = typed("ca", "--name", "tablets.lan", "--passphrase", *where, **{PASSPHRASE: "correct horse"})
    assert told.exit_code == 0, told.output
    assert b"ENCRYPTED" in stick.read_bytes()
    assert [path.name for path in (tmp_path / "tls").glob("root*")] == ["root.pem"]
    for wrong in ("battery staple", ""):
        refused = typed("renew", *where, **({PASSPHRASE: wrong} if wrong else {PASSPHRASE: " "}))
        assert (refused.exit_code, "passphrase is wrong" in refused.output) == (1, True)
    assert typed("renew", *where, **{PASSPHRASE: "correct horse"}).exit_code == 0
    stick.unlink()
    away = typed("renew", *where)
    assert (away.exit_code, "--root-key" in away.output) == (1, True)


def test_a_second_root_is_refused_and_leaves_the_first(tmp_path: Path):
    typed("ca", "--name", "tablets.lan", "--folder", str(tmp_path))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = typed("ca", "--name", "tablets.lan", "--folder", str(tmp_path))
    assert (again.exit_code, "threshold tls renew" in again.output) == (1, True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_renewal_keeps_the_names_and_says_what_to_do_next(tmp_path: Path):
    typed("ca", "--name", "tablets.lan", "--name", "192.168.1.20", "--folder", str(tmp_path))
    told = typed("renew", "--folder", str(tmp_path))
    assert "for tablets.lan, 192.168.1.20" in told.output
    assert "reload nginx" in told.output


def test_the_fingerprint_is_shown_as_tablets_show_it(tmp_path: Path):
    typed("ca", "--name", "tablets.lan", "--folder", str(tmp_path))
    told = typed("show", "--folder", str(tmp_path)).output
    raw = certificates.read(tmp_path / "root.pem").fingerprint(hashes.SHA256())
    assert " ".join(f"{byte:02X}" for byte in raw) in told


def test_without_anything_the_way_to_make_it_is_said(tmp_path: Path):
    told = typed("show", "--folder", str(tmp_path))
    assert (told.exit_code, "threshold tls ca" in told.output) == (1, True)
