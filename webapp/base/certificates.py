"""Certificates of the address that tablets open: our own authority (docs/installing.md, road C), and what an address shows.

Tablets refuse an address whose certificate has ended, so everybody is told ahead: the manager, `threshold doctor`, the tablets.
"""

import ipaddress
import os
import re
import socket
import ssl
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from webapp.base import clock

LEAF_DAYS = 397
"""Browsers refuse longer ones of public authorities, Apple's also many of private ones."""
ROOT_DAYS = 3650
BACKDATED = timedelta(hours=1)
"""A certificate begins this much earlier, for a tablet's clock may be behind."""
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7")
DNS_NAME = re.compile(r"(?=.{1,253}\Z)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)\Z")
SHOWN_WITHIN = 5.0

Name = x509.DNSName | x509.IPAddress


class NotPossible(Exception):
    """Said to the person at the terminal: what is wrong and what to do."""


@dataclass(frozen=True)
class Files:
    """Where an authority lives: the root's key may lie apart from all else, on a stick in a drawer."""

    folder: Path
    root_key: Path

    @property
    def root(self) -> Path:
        """What tablets have to trust; no secret."""
        return self.folder / "root.pem"

    @property
    def chain(self) -> Path:
        return self.folder / "chain.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"


def names_of(texts: Iterable[str]) -> list[Name]:
    """Names for a certificate, of `tablets.example.com` and `192.168.1.20`. Raises NotPossible."""
    return [_name(text.strip().lower()) for text in texts]


def _name(text: str) -> Name:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    if not DNS_NAME.match(text) or re.fullmatch(r"[\d.]+", text):
        raise NotPossible(
            f"{text!r} is no name or address: write it as tablets see it, such as tablets.example.com or 192.168.1.20."
        )
    return x509.DNSName(text)


def make_root(files: Files, names: Sequence[Name], at: int, passphrase: bytes | None) -> x509.Certificate:
    """A root that vouches for these names, what is below them, and private addresses. Raises NotPossible where there is one."""
    if files.root.exists() or files.root_key.exists():
        raise NotPossible(f"There is a root already ({files.root}): `threshold tls renew` makes certificates under it.")
    key, title = ec.generate_private_key(ec.SECP256R1()), _title(f"Threshold {names[0].value}")
    allowed = [*(each for each in names if isinstance(each, x509.DNSName)), *map(_network, PRIVATE_NETWORKS)]
    allowed += [_network(str(each.value)) for each in names if isinstance(each, x509.IPAddress)]
    draft = (
        _begun(title, title, key.public_key(), at, ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        # Should its key ever get lost, it opens nobody's bank.
        .add_extension(x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True)
    )
    root = draft.sign(key, hashes.SHA256())
    _write(files.root_key, _pem(key, passphrase), 0o600)
    _write(files.root, root.public_bytes(Encoding.PEM), 0o644)
    return root


def make_leaf(files: Files, names: Sequence[Name], at: int, passphrase: bytes | None) -> x509.Certificate:
    """A new key and its certificate, 397 days at most and never beyond the root's end. Raises NotPossible."""
    root, signer = read(files.root), _signer(files, passphrase)
    if root.public_key() != signer.public_key():
        raise NotPossible(f"{files.root_key} is not the key of {files.root}.")
    strange = [str(each.value) for each in names if not _may(root, each)]
    if strange:
        raise NotPossible(
            f"The root does not vouch for {', '.join(strange)}: that takes a new root, which every tablet has to trust anew."
        )
    days = min(LEAF_DAYS, (ends_at(root) - at) // clock.DAY)
    if days < 1:
        raise NotPossible("The root has ended: move root.pem and its key away, make another, and let every tablet trust it.")
    key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    draft = (
        _begun(_title(str(names[0].value)), root.subject, key.public_key(), at, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(authority, critical=False)
    )
    leaf = draft.sign(signer, hashes.SHA256())
    _write(files.key, _pem(key, None), 0o600)
    _write(files.chain, leaf.public_bytes(Encoding.PEM), 0o644)
    return leaf


def read(path: Path) -> x509.Certificate:
    """The first certificate of a PEM file. Raises NotPossible."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise NotPossible(f"{path} is no certificate that can be read: `threshold tls ca` makes one.") from error


def names_in(certificate: x509.Certificate) -> list[Name]:
    """The names that a certificate is good for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [each for each in found if isinstance(each, (x509.DNSName, x509.IPAddress))]


def ends_at(certificate: x509.Certificate) -> int:
    """Its end in milliseconds UTC."""
    return int(certificate.not_valid_after_utc.timestamp() * 1000)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as tablets show it: AB CD …"""
    return certificate.fingerprint(hashes.SHA256()).hex(" ").upper()


def needs_passphrase(files: Files) -> bool:
    """Whether the root's key is locked."""
    return files.root_key.exists() and b"ENCRYPTED" in files.root_key.read_bytes()


# --- what an address shows ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """What an address shows. `fault`: why a browser would not trust it, in OpenSSL's words; '' where it would."""

    certificate: x509.Certificate
    protocol: str
    fault: str


def look_at(url: str, roots: Sequence[Path] = (), within: float = SHOWN_WITHIN) -> Shown:
    """Ask an https address for its certificate, trusting this machine's roots and these. Raises OSError where nobody answers."""
    place = urlsplit(url)
    host, port = place.hostname or "", place.port or 443
    context = ssl.create_default_context()
    for each in roots:
        if each.exists():
            context.load_verify_locations(each)
    try:
        raw, protocol = _shake(host, port, context, within)
        return Shown(x509.load_der_x509_certificate(raw), protocol, "")
    except ssl.SSLCertVerificationError as error:
        fault = error.verify_message
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    raw, protocol = _shake(host, port, context, within)
    return Shown(x509.load_der_x509_certificate(raw), protocol, fault)


def _shake(host: str, port: int, context: ssl.SSLContext, within: float) -> tuple[bytes, str]:
    with socket.create_connection((host, port), within) as plain, context.wrap_socket(plain, server_hostname=host) as secure:
        return secure.getpeercert(binary_form=True) or b"", secure.version() or ""


# --- private -----------------------------------------------------------------------------------------------------------


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: int, days: int) -> x509.CertificateBuilder:
    now = datetime.fromtimestamp(at / 1000, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now - BACKDATED + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _title(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _network(text: str) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_network(text))


def _may(root: x509.Certificate, name: Name) -> bool:
    """Whether the root's constraints let it vouch for a name."""
    allowed = root.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    if isinstance(name, x509.IPAddress):
        networks = [ipaddress.ip_network(str(each.value)) for each in allowed if isinstance(each, x509.IPAddress)]
        return any(ipaddress.ip_address(str(name.value)) in each for each in networks)
    return any(isinstance(each, x509.DNSName) and f".{name.value}".endswith(f".{each.value}") for each in allowed)


def _signer(files: Files, passphrase: bytes | None) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(files.root_key.read_bytes(), passphrase)
    except OSError as error:
        raise NotPossible(
            f"The root's key {files.root_key} cannot be read: bring it, or say where it is with --root-key."
        ) from error
    except (TypeError, ValueError) as error:
        raise NotPossible(f"The root's key {files.root_key} does not open: the passphrase is wrong or missing.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NotPossible(f"{files.root_key} is not a key of ours.")
    return key


def _pem(key: ec.EllipticCurvePrivateKey, passphrase: bytes | None) -> bytes:
    locked: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)


def _write(path: Path, content: bytes, mode: int) -> None:
    """In one piece, and never readable by others for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(draft, mode)  # noqa: PTH101 - a name of mkstemp
    os.replace(draft, path)  # noqa: PTH105
