"""Codes, passwords and desk sessions (design.md section 7).

A file of its own because none of it is an operation: a secret must never stand in a receipt, and a session is not a fact.
Tries are counted per account in the database, before they are looked at, so that all workers and nodes count together.
"""

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from webapp.base import clock, ids
from webapp.base.database import db, writing
from webapp.operations.audit import note
from webapp.operations.work import upsert
from webapp.staff.models import Code, Grant, Password, Person, Session, Throttle
from webapp.staff.rules import (
    GRANT_WITHIN,
    IDLE_WITHIN,
    LOCKED_AFTER,
    SEEN_EVERY,
    SESSION_WITHIN,
    is_alive,
    read_code,
    wait_after,
)

ROUNDS = 600_000
"""PBKDF2-SHA256 rounds of a verifier; tablets refuse fewer."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_hashing = threading.BoundedSemaphore(2)
"""19 MiB a sign-in: a rush of them must not take the machine's memory."""
_passwords: sa.Table = Password.__table__  # type: ignore[assignment]
_throttle: sa.Table = Throttle.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class SignIn:
    """What a try came to: a token with its person, or the instant from which the next try is looked at. `is_locked`: not before a
    supervisor opens it; `is_looked_at`: false where it came too early to be."""

    person_id: str | None = None
    token: str | None = None
    wait_until: int | None = None
    is_locked: bool = False
    is_looked_at: bool = True


def set_code(person_id: str, code: str, *, shown: bool = False, rounds: int = ROUNDS, by: str = "") -> None:
    """Give a person new six digits; what the old ones opened at tablets ends. `shown`: keep them readable, on a demo site only.
    `by`: who did it, for the audit. Raises ValueError."""
    digits = read_code(code)
    if digits is None:
        raise ValueError("six digits")
    salt, at = secrets.token_bytes(16), clock.now()
    row = {
        "person_id": person_id, "salt": _text(salt), "verifier": _text(_derive(digits, salt, rounds)), "rounds": rounds,
        "shown": digits if shown else None, "set_at": at,
    }  # fmt: skip
    with _written() as connection:
        if not _has_code(connection, person_id):
            row["set_at"] = 0  # before the first there were none that anybody could have signed with
        _replace(connection, Code, row, at, by)
        connection.execute(sa.update(Grant).where(Grant.person_id == person_id, Grant.ends_at > at).values(ends_at=at))
        connection.execute(sa.delete(Throttle).where(Throttle.account.startswith(f"code:{person_id}:")))


def _has_code(connection: sa.Connection, person_id: str) -> bool:
    return connection.execute(sa.select(Code.person_id).where(Code.person_id == person_id)).first() is not None


def check_code(person_id: str, code: str, at: int, where: str = "page") -> SignIn:
    """Whether these are the person's six digits. Throttled, and in the end locked, per person and `where` (a tablet's id)."""
    account = _code_account(person_id, where)
    tried = _count(account, at, LOCKED_AFTER)
    if not tried.is_looked_at:
        return tried
    digits, row = read_code(code), db.session.get(Code, person_id)
    if digits and row:
        derived = _derive(digits, base64.b64decode(row.salt), row.rounds)
        if hmac.compare_digest(derived, base64.b64decode(row.verifier)):
            _forget(account)
            return SignIn(person_id)
    return tried


def reopen_code(person_id: str, where: str) -> None:
    """Forget all tries of a person's code at a tablet, so that a locked one may be tried again."""
    _forget(_code_account(person_id, where))


def _code_account(person_id: str, where: str) -> str:
    return f"code:{person_id}:{where}"


def give_grant(project_id: str, tablet_id: str, person_id: str, at: int) -> str:
    """Write down that a person's code was right at a tablet; the id is what entries name as their proof."""
    grant_id = ids.uuid7(at)
    row = {
        "id": grant_id, "project_id": project_id, "tablet_id": tablet_id, "person_id": person_id, "given_at": at,
        "ends_at": at + GRANT_WITHIN,
    }  # fmt: skip
    with _written() as connection:
        connection.execute(sa.insert(Grant).values(row))
    return grant_id


def _derive(digits: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", digits.encode(), salt, rounds, 32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def set_password(person_id: str, account: str, password: str, *, by: str = "") -> None:
    """Give a person a desk account; where they are signed in by the old password, they are no longer. `account` is what they type,
    case ignored; `by`: who did it, for the audit."""
    row, at = _account(person_id, account, password), clock.now()
    with _written() as connection:
        _replace(connection, Password, row, at, by)
        signed_in = (Session.person_id == person_id) & Session.ended_at.is_(None)
        connection.execute(sa.update(Session).where(signed_in).values(ended_at=at))
        connection.execute(sa.delete(Throttle).where(Throttle.account == f"desk:{_folded(account)}"))


def open_account(person_id: str, account: str, at: int) -> None:
    """Keep an account for a person who has none. Nobody knows its password, so it opens nothing until one is set."""
    if db.session.get(Password, person_id) is not None:
        return
    row = _account(person_id, account, secrets.token_urlsafe(32))
    with _written() as connection:
        connection.execute(upsert(connection, _passwords).on_conflict_do_nothing(index_elements=["person_id"]), [row])
        _note(connection, "staff.account.open", person_id, at)


def owner_of(account: str) -> str | None:
    """Whose account it is."""
    return db.session.scalar(select(Password.person_id).where(Password.account == _folded(account)))


def is_account_of(person_id: str, account: str) -> bool:
    """Whether a person has this account, or none yet."""
    return db.session.scalar(select(Password.account).where(Password.person_id == person_id)) in {None, _folded(account)}


def _account(person_id: str, account: str, password: str) -> dict[str, object]:
    with _hashing:
        return {"person_id": person_id, "account": _folded(account), "verifier": _hasher.hash(password)}


def sign_in(account: str, password: str, at: int) -> SignIn:
    """Sign in at a desk. An unknown account takes as long as a wrong password."""
    throttled = f"desk:{_folded(account)}"
    wanted = select(Password.person_id, Password.verifier).where(Password.account == _folded(account))
    row = db.session.execute(wanted).one_or_none()
    tried = _count(throttled, at, by=row.person_id if row else None)
    if not tried.is_looked_at:
        return tried
    if not _agrees(row.verifier if row else _nobodys(), password) or row is None:
        return tried
    _forget(throttled)
    return SignIn(row.person_id, open_session(row.person_id, at))


@cache
def _nobodys() -> str:
    """A verifier that nothing agrees with, for accounts that there are not."""
    return _hasher.hash(secrets.token_hex())


def _agrees(verifier: str, password: str) -> bool:
    with _hashing:
        try:
            return _hasher.verify(verifier, password)
        except (VerificationError, InvalidHashError):
            return False


def _folded(account: str) -> str:
    return account.strip().casefold()[:64]


def open_session(person_id: str, at: int) -> str:
    """A new session's token: what the cookie holds."""
    token = secrets.token_urlsafe(32)
    row = {
        "token_digest": _digest(token), "person_id": person_id, "created_at": at, "seen_at": at,
        "ends_at": at + SESSION_WITHIN, "ended_at": None,
    }  # fmt: skip
    with _written() as connection:
        connection.execute(sa.delete(Session).where(Session.ends_at < at - SESSION_WITHIN))
        connection.execute(sa.insert(Session).values(row))
        _note(connection, "staff.sign_in", person_id, at)
    return token


def person_of(token: str, at: int) -> str | None:
    """Who is signed in by this token; None once it is idle, over or ended."""
    wanted = select(Session.person_id, Session.seen_at, Session.ends_at, Session.ended_at)
    row = db.session.execute(wanted.where(Session.token_digest == _digest(token))).one_or_none()
    if row is None or not is_alive(seen_at=row.seen_at, ends_at=row.ends_at, ended_at=row.ended_at, at=at):
        return None
    if at >= row.seen_at + SEEN_EVERY:
        _seen(token, at)
    return str(row.person_id)


@contextmanager
def _written() -> Iterator[sa.Connection]:
    """A write of our own. The request's read snapshot ends first: it would not see the row, and without WAL it would block it."""
    db.session.rollback()
    with writing() as connection:
        yield connection


def _seen(token: str, at: int) -> None:
    still = (Session.token_digest == _digest(token)) & (Session.seen_at > at - IDLE_WITHIN) & (Session.seen_at < at)
    with _written() as connection:
        connection.execute(sa.update(Session).where(still).values(seen_at=at))


def sign_out(token: str, at: int) -> None:
    """End a session; its token is worth nothing any more."""
    end_session(_digest(token), at)


def end_session(key: str, at: int) -> None:
    """End a session by its row's key, as its owner or an administrator sees it in the list."""
    still = (Session.token_digest == key) & Session.ended_at.is_(None)
    with _written() as connection:
        ended = connection.execute(sa.update(Session).where(still).values(ended_at=at).returning(Session.person_id)).first()
        if ended is not None:
            _note(connection, "staff.sign_out", ended.person_id, at)


def key_of(token: str) -> str:
    """The key of a token's row. It opens nothing."""
    return _digest(token)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _count(account: str, at: int, most: int | None = None, by: str | None = None) -> SignIn:
    """Count a try before it is looked at, so that a hundred at once are not a hundred guesses. Says what is to be answered where
    it is wrong, or why it is not looked at at all; one statement decides, whichever process asks.

    `most`: then it is locked. `by`: whose account it is, for the audit; noted now, so that a wrong password takes no longer than
    an account that there is not.
    """
    free = _throttle.c.free_at <= at
    with _written() as connection:
        first = upsert(connection, _throttle).values(account=account, failures=1, free_at=at)
        again = first.on_conflict_do_update(
            index_elements=["account"],
            set_={"failures": _throttle.c.failures + 1},
            where=free if most is None else free & (_throttle.c.failures < most),
        )
        failures = connection.scalar(again.returning(_throttle.c.failures))
        here = _throttle.c.account == account
        if failures is None:
            row = connection.execute(sa.select(_throttle).where(here)).one()
            return SignIn(wait_until=row.free_at, is_locked=most is not None and row.failures >= most, is_looked_at=False)
        wait = wait_after(failures)
        connection.execute(sa.update(_throttle).where(here).values(free_at=at + wait))
        if by is not None:
            _note(connection, "staff.try", by, at)
    return SignIn(wait_until=at + wait if wait else None, is_locked=failures == most)


def _forget(account: str) -> None:
    with _written() as connection:
        connection.execute(sa.delete(Throttle).where(Throttle.account == account))


def _replace(connection: sa.Connection, model: type[Code | Password], row: dict[str, object], at: int, by: str) -> None:
    connection.execute(sa.delete(model).where(model.person_id == row["person_id"]))
    connection.execute(sa.insert(model).values(row))
    detail = {"by": by} if by else {}
    _note(connection, f"{model.__tablename__}.set".replace("_", ".", 1), str(row["person_id"]), at, **detail)


def _note(connection: sa.Connection, kind: str, person_id: str, at: int, **detail: str) -> None:
    """Into the audit of the project that recorded the person: an account is of no other."""
    project_id = connection.scalar(select(Person.project_id).where(Person.id == person_id))
    if project_id is not None:
        note(connection, kind, project_id, at=at, subject_id=person_id, **detail)
