"""The curve under a tablet's file (docs/protocol.md section 8): P-256, ECDH with HKDF and AES-GCM, ECDSA. Bytes in, bytes out.

A file of its own because `cryptography` takes longer than all the rest of a start, and 14 MiB in each process: whoever needs it
imports this when a file is opened, not before.
"""

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Key = ec.EllipticCurvePrivateKey
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def public(raw: bytes) -> ec.EllipticCurvePublicKey:
    """The point that 65 bytes name. Raises ValueError."""
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)


def private(secret: str) -> Key:
    """The key that is made from a secret of the house, the same on every node."""
    raw = HKDF(SHA256(), 48, None, b"threshold parcels").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(raw) % (_ORDER - 1) + 1, _CURVE)


def encoded(key: Key) -> bytes:
    """Its public half, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def unsealed(key: Key, header: bytes, ephemeral: bytes, sealed: bytes) -> bytes:
    """What was sealed to a key under a header. Raises ValueError where a single bit of either is another."""
    shared = key.exchange(ec.ECDH(), public(ephemeral))
    try:
        return AESGCM(HKDF(SHA256(), 32, None, header).derive(shared)).decrypt(bytes(12), sealed, None)
    except InvalidTag:
        raise ValueError("tampered") from None


def signed(key: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the 64 bytes are this key's signature of the content."""
    pair = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        public(key).verify(encode_dss_signature(*pair), content, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
