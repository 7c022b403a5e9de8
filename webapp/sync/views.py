"""The tablets' door: batches in and receipts out, the pack, the people, the service worker."""

import json
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import ServiceUnavailable

from webapp.base import assets, clock, database
from webapp.base.address import certificate_end
from webapp.base.errors import Unavailable
from webapp.losses import stores
from webapp.losses.rules import read_reached
from webapp.operations import registry
from webapp.operations.entries import (
    BATCH_MOST,
    PROTOCOL,
    REQUEST_MOST,
    Batch,
    Malformed,
    Source,
    read_batch,
    read_unlock,
)
from webapp.operations.ledger import the_ledger
from webapp.operations.roles import DEPUTY, FRONT, SUPERVISOR
from webapp.sites.queries import posts
from webapp.staff import access
from webapp.staff.queries import colleagues, roles
from webapp.staff.rules import GRANT_WITHIN
from webapp.sync import photos, plain
from webapp.sync.door import JSON, answer, body, speaker
from webapp.tablets import enrolment, parcels
from webapp.tablets import life as lifecycle
from webapp.tablets.queries import TabletRow
from webapp.tablets.stations import MARK, addresses, epoch_of_store, mark_of

bp = Blueprint("sync", __name__)
A_YEAR = 31_536_000


@bp.post("/sync/operations")
def operations() -> Response:
    """Take a batch (docs/protocol.md section 3)."""
    asked = _asked()
    return asked if isinstance(asked, Response) else _take(*asked)


def _asked() -> tuple[TabletRow, Any] | Response:
    """The tablet and the JSON that it sent; or why they were not read."""
    if request.mimetype != JSON:
        return answer({"reason": "content type"}, 415)
    tablet = speaker()
    if isinstance(tablet, Response):
        return tablet
    text = _batch()
    if isinstance(text, Response):
        return text
    try:
        return tablet, json.loads(text)
    except (ValueError, RecursionError):
        return answer({"reason": "json"}, 400)


def _batch() -> bytes | Response:
    """The whole body of a batch, or why not."""
    return body(REQUEST_MOST * max(1, current_app.config["SYNC_BATCH_MOST"] // BATCH_MOST))


def _take(tablet: TabletRow, payload: Any) -> Response:
    source = Source(tablet.id, tablet.number, tablet.project_id, tablet.enrolled_at)
    try:
        batch = read_batch(payload, source)
    except Malformed as malformed:
        return answer({"reason": str(malformed)}, 400)
    if len(batch.entries) > current_app.config["SYNC_BATCH_MOST"]:
        return answer({"reason": "size"}, 413)
    now = clock.now()
    taken = the_ledger().receive(source, batch, now)
    response = answer(
        {
            "protocol": PROTOCOL,
            "nonce": batch.nonce,
            "server_time": now,
            "acked_seq": taken.acked_seq,
            "results": taken.results,
            "updates": taken.updates,
        }
    )
    return _renewed(response, batch)


def _renewed(response: Response, batch: Batch) -> Response:
    """Give the mark of how far the store has come again: what a script has set some browsers drop after a week, ours they keep."""
    mark = request.cookies.get(MARK, "")
    reached = read_reached(mark)
    if reached and (reached.epoch, reached.seq) == (batch.epoch, batch.high_seq):
        response.set_cookie(MARK, mark, max_age=A_YEAR, secure=request.is_secure, samesite="Lax", path="/")
    return response


@bp.post("/sync/store")
def store() -> Response:
    """A tablet found its store empty: it begins another, and what the last one had not sent is known as missing."""
    asked = _asked()
    if isinstance(asked, Response):
        return asked
    tablet, payload = asked
    if not isinstance(payload, dict) or payload.get("protocol") != PROTOCOL:
        return answer({"reason": "protocol"}, 400)
    now = clock.now()
    told = payload.get("reached")
    reached = read_reached(told if isinstance(told, str) else request.cookies.get(MARK, ""))
    epoch = stores.begin(tablet, reached, now)
    enrolment.know_store(tablet, epoch, payload, now)
    return answer({"protocol": PROTOCOL, "tablet": tablet.id, "epoch": epoch, "server_time": now})


@bp.get("/sync/pack")
def pack() -> Response:
    """What this tablet should carry, with how far it has come, from one snapshot."""
    tablet = speaker()
    if isinstance(tablet, Response):
        return tablet
    database.snapshot()
    now = clock.now()
    mark = mark_of(tablet.id, epoch_of_store())
    pages = addresses(tablet, request.args.get("lang", "zh-Hans"), now)
    return answer(
        {
            "protocol": PROTOCOL,
            "epoch": mark.epoch,
            "acked_seq": mark.acked_seq,
            "build": assets.build(),
            "server_time": now,
            "pages": pages,
            **({"certificate_ends_at": end} if (end := certificate_end()) else {}),
        }
    )


@bp.get("/sync/people")
def people() -> Response:
    """Who may sign here. Whose 6-digit code this tablet can check without us: the front staff of the posts where it stands, and
    nobody else's; whoever inspects these is named without it."""
    tablet = speaker()
    if isinstance(tablet, Response):
        return tablet
    stands = {post.role for post in posts(tablet.project_id, tablet.place_id)} & FRONT
    among = colleagues(tablet.project_id, clock.now(), stands or FRONT)
    found = [each for each in among if each.verifier and (each.rounds or 0) >= access.ROUNDS]
    keys = ("id", "call_name", "roles", "salt", "verifier", "rounds")
    listed = [{"name": each.told} | {key: getattr(each, key) for key in keys} for each in found]
    known = {each.id for each in found}
    visitors = [each for each in colleagues(tablet.project_id, clock.now(), {SUPERVISOR, DEPUTY}) if each.id not in known]
    listed += [{"name": each.told} | {key: getattr(each, key) for key in keys[:3]} for each in visitors]
    return answer({"protocol": PROTOCOL, "people": listed, "parcel_key": parcels.public_key()})


@bp.post("/sync/retire")
def retire() -> Response:
    """A tablet that was asked to leave says how far it counted; it may empty itself when everything of that is here (section 8)."""
    if request.mimetype != JSON:
        return answer({"reason": "content type"}, 415)
    tablet = speaker(even_retired=True)
    if isinstance(tablet, Response):
        return tablet
    try:
        told = json.loads(request.get_data())
        if told["tablet"] != tablet.id:  # a store may be another tablet's than the cookie beside it
            return answer({"reason": "tablet"}, 400)
        nonce, heads = str(told["nonce"]), {int(epoch): int(seq) for epoch, seq in told["heads"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return answer({"reason": "json"}, 400)
    return answer({"protocol": PROTOCOL, "nonce": nonce, "retired": lifecycle.leave(tablet, heads, clock.now())})


@bp.post("/sync/unlock")
def unlock() -> Response:
    """Whether this is a person's code (docs/protocol.md section 7). What is right is given a grant, for entries to name."""
    asked = _asked()
    if isinstance(asked, Response):
        return asked
    tablet, payload = asked
    try:
        nonce, person, code = read_unlock(payload)
    except Malformed as malformed:
        return answer({"reason": str(malformed)}, 400)
    now = clock.now()
    said = {"protocol": PROTOCOL, "nonce": nonce, "server_time": now}
    if not roles(tablet.project_id, person, now):
        return answer(said | {"outcome": "wrong"})
    tried = access.check_code(person, code, now, tablet.id)
    if tried.person_id is None:
        return answer(said | _refusal(tried, now))
    grant = access.give_grant(tablet.project_id, tablet.id, person, now)
    return answer(said | {"outcome": "right", "grant": grant, "ends_at": now + GRANT_WITHIN})


def _refusal(tried: access.SignIn, now: int) -> dict[str, Any]:
    """Why a code did not open."""
    if tried.is_locked:
        return {"outcome": "locked"}
    wait = {"wait_ms": tried.wait_until - now} if tried.wait_until else {}
    return {"outcome": "wrong" if tried.is_looked_at else "wait"} | wait


@bp.get("/service-worker.js")
def service_worker() -> Response:
    """The worker of this build: two lines, byte-identical on all nodes."""
    digests = {assets.address(name): assets.digest(name) for name in assets.file_names() if not name.endswith("worker.js")}
    pages = [f"/offline/{tag}" for tag in ("zh-Hant", "zh-Hans", "en")]
    settings = json.dumps({"build": assets.build(), "assets": [*digests, *pages], "digests": digests})
    text = f"import {{ start }} from '{assets.address('js/worker/worker.js')}';\nstart({settings});\n"
    return Response(text, 200, {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}, mimetype="text/javascript")


def _unavailable(error: Exception) -> Response:
    """The database cannot be asked just now. A tablet keeps everything and comes again; a person is shown a page that says so."""
    current_app.logger.warning("unavailable: %s", type(error.__cause__ or error).__name__)
    if request.path.startswith("/sync/"):
        response = answer({"reason": "busy"}, 503)
    else:
        response = current_app.make_response(current_app.handle_http_exception(ServiceUnavailable()))
    response.headers["Retry-After"] = "2"
    return response


def _in_json(response: Response) -> Response:
    """The door speaks JSON whatever is asked of it and whatever goes wrong."""
    if not request.path.startswith("/sync/") or response.status_code < 400 or response.mimetype == JSON:
        return response
    return answer({"reason": response.status.partition(" ")[2].lower()}, response.status_code)


def init_app(app: Flask) -> None:
    """Open the door."""
    app.register_blueprint(bp)
    app.register_blueprint(plain.bp)
    app.register_blueprint(photos.bp)
    app.jinja_env.globals["operation"] = registry.get
    app.after_request(_in_json)
    for kind in (Unavailable, OperationalError, InterfaceError, PoolExhausted):
        app.register_error_handler(kind, _unavailable)
