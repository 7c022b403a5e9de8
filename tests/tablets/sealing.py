"""A tablet's file as the tablet makes it (docs/protocol.md section 8), made in Python for the tests."""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.cast import Site
from webapp.operations.entries import Batch, Entry, Source
from webapp.tablets import enrolment, parcels
from webapp.tablets.queries import TabletRow

WIRE = ("id", "seq", "operation", "version", "body", "digest", "author", "proof", "happened_at", "offset", "beacon_at")


def encoded(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass
class Browser:
    """A browser with a store: its secret, its key, and once it is enrolled the tablet that it is."""

    secret: str = "11111111-2222-3333-4444-555555555555"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    tablet: TabletRow | None = None
    credential: str = ""
    epoch: int = 1
    heads: dict[int, int] = field(default_factory=dict)

    def shown(self) -> enrolment.Shown:
        """What its enrolment page sends."""
        told = {
            "tablet": self.tablet.id if self.tablet else None, "secret": self.secret, "heads": self.heads,
            "key": base64.b64encode(encoded(self.key)).decode(),
        }  # fmt: skip
        return enrolment.read_shown(json.dumps(told))

    def becomes(self, taken: enrolment.Enrolled) -> None:
        if self.tablet and self.tablet.id != taken.tablet.id:
            self.heads = {}
        self.tablet, self.credential = taken.tablet, taken.credential
        self.epoch = max([taken.epoch, *self.heads])
        self.heads.setdefault(self.epoch, 0)

    @property
    def source(self) -> Source:
        assert self.tablet
        return Source(self.tablet.id, self.tablet.number, self.tablet.project_id, self.tablet.enrolled_at)

    def file(self, entries: dict[int, list[Entry]], **other: Any) -> bytes:
        """The file with these entries by epoch; `other` stands in the place of what would be right."""
        assert self.tablet
        told = {
            "protocol": 1, "tablet": self.tablet.id, "made_at": 1_779_940_000_000, "build": "abc",
            "epochs": [{"epoch": epoch, "entries": [wire(each) for each in some]} for epoch, some in entries.items()],
        }  # fmt: skip
        text = other.get("text") or json.dumps(told | other.get("told", {}), ensure_ascii=False).encode()
        server = other.get("server") or base64.b64decode(parcels.public_key())
        return sealed(text, other.get("signer") or self.key, server, other.get("of") or self.tablet.id)


def wire(entry: Entry) -> dict[str, Any]:
    told = asdict(entry)
    keys = (*WIRE, "repairs") if entry.repairs else WIRE
    return {"seq": entry.seq, "lost": entry.lost} if entry.lost else {key: told[key] for key in keys}


def sealed(text: bytes, signer: ec.EllipticCurvePrivateKey, server: bytes, tablet_id: str) -> bytes:
    once = ec.generate_private_key(ec.SECP256R1())
    header = b"THPARC01" + tablet_id.encode() + hashlib.sha256(server).digest() + encoded(once)
    pair = decode_dss_signature(signer.sign(header + text, ec.ECDSA(SHA256())))
    signature = b"".join(number.to_bytes(32) for number in pair)
    shared = once.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server))
    key = HKDF(SHA256(), 32, None, header).derive(shared)
    return header + AESGCM(key).encrypt(bytes(12), signature + text, None)


@dataclass
class Desk:
    """A supervisor's screen, and the browsers that are enrolled at it."""

    site: Site

    def enrols(self, browser: Browser, at: int, again: TabletRow | None = None, name: str = "門口") -> enrolment.Enrolled:
        """A code is made, typed and approved, and the browser becomes what it gets."""
        by = self.site.person("chen")
        code = enrolment.make_code(self.site.project_id, name, "door", at, made_by=by, again=again)
        claim = enrolment.claim(code, at, browser.shown())
        assert isinstance(claim, enrolment.Claim)
        assert enrolment.ruled(self.site.project_id, claim.number, True, by, at)
        taken = enrolment.collect(claim.ticket, at)
        assert taken
        browser.becomes(taken)
        return taken

    def sends(self, browser: Browser, entries: list[Entry], at: int, high_seq: int | None = None) -> Any:
        last = entries[-1].seq if entries else 0
        batch = Batch(browser.epoch, tuple(entries), "nonce-12", last if high_seq is None else high_seq, "", 0)
        browser.heads[browser.epoch] = max(browser.heads.get(browser.epoch, 0), batch.high_seq)
        return self.site.ledger.receive(browser.source, batch, at)
