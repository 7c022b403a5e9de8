"""What everything at the tablets' door has in common: who speaks, what was sent, and an answer in JSON."""

import json
from typing import Any

from flask import Response, request

from webapp.tablets.queries import TabletRow, authenticate
from webapp.tablets.stations import credential

JSON = "application/json"


def answer(payload: dict[str, Any], status: int = 200) -> Response:
    """JSON, never cached."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, {"Cache-Control": "no-store"}, mimetype=JSON)


def speaker(*, even_retired: bool = False) -> TabletRow | Response:
    """The tablet that speaks; or why it may not."""
    if request.headers.get("X-Threshold-Sync") != "1":
        return answer({"reason": "header"}, 403)
    tablet = authenticate(credential())
    if tablet is None:
        return answer({"reason": "unknown"}, 401)
    return answer({"reason": tablet.barred}, 401) if tablet.barred and not (even_retired and tablet.barred == "retired") else tablet


def body(most: int) -> bytes | Response:
    """The whole body, or why not: too large, or cut on its way."""
    length = request.content_length
    if length is None or length > most:
        return answer({"reason": "size"}, 413)
    try:
        text = request.stream.read(length)
    except OSError:
        return answer({"reason": "cut"}, 400)
    return text if len(text) == length else answer({"reason": "cut"}, 400)
