"""Photos in from tablets and out to the staff of their project (docs/protocol.md section 9)."""

from hashlib import sha256

from flask import Blueprint, Response, abort, g, request

from webapp.attachments.keeping import NAMELESS, keep
from webapp.attachments.queries import picture
from webapp.attachments.rules import MOST_BYTES, is_digest
from webapp.base import clock
from webapp.base.i18n import LANGUAGES
from webapp.operations.entries import PROTOCOL
from webapp.staff.desk import open_desk
from webapp.sync.door import answer, body, speaker
from webapp.tablets.stations import open_station

bp = Blueprint("photos", __name__)
A_DAY = 86_400
TYPES = {"image/jpeg", "image/png"}


@bp.route("/sync/photos/<digest>", methods=["PUT", "POST"])
def receive(digest: str) -> Response:
    """Keep the bytes with this digest. The same again is a duplicate; whatever is not answered with 200 is to be sent again."""
    tablet = speaker()
    if isinstance(tablet, Response):
        return tablet
    if request.mimetype not in TYPES:
        return answer({"reason": "content type"}, 415)
    nonce = request.args.get("nonce", "")
    if not 8 <= len(nonce) <= 64:
        return answer({"reason": "nonce"}, 400)
    given = body(MOST_BYTES)
    if isinstance(given, Response):
        return given
    if sha256(given).hexdigest() != digest:
        return answer({"reason": "digest"}, 400)
    kept = keep(tablet.project_id, tablet.id, given, clock.now())
    if kept.outcome == NAMELESS:
        return answer({"reason": NAMELESS}, 409)
    told = {"protocol": PROTOCOL, "nonce": nonce, "digest": digest, "outcome": kept.outcome}
    return answer(told | ({"reason": kept.reason} if kept.reason else {}))


@bp.get("/photos/<digest>")
def at_the_desk(digest: str) -> Response:
    """A photo for the desk of its project."""
    refused = open_desk()
    return refused if refused is not None else _picture(g.project_id, digest)


@bp.get("/<language>/<station>/photos/<digest>")
def at_a_station(language: str, station: str, digest: str) -> Response:
    """A photo for a tablet of its project."""
    if language not in LANGUAGES:
        abort(404)
    refused = open_station(station)
    return refused if refused is not None else _picture(g.tablet.project_id, digest)


def _picture(project_id: str, digest: str) -> Response:
    """JPEG, for this browser alone and never taken for anything else; 404 where it is another project's."""
    found = picture(project_id, digest, small="small" in request.args) if is_digest(digest) else None
    if found is None:
        abort(404)
    response = Response(found, 200, mimetype="image/jpeg")
    response.headers["Cache-Control"] = f"private, max-age={A_DAY}, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
