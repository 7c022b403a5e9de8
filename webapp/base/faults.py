"""Named points at which a test may kill this process: `THRESHOLD_FAULT=inserted:3` dies at the third time it gets there.

Without that variable a call costs one comparison. A production start refuses it (factory).
"""

import os
import signal

_point, _, _nth = os.environ.get("THRESHOLD_FAULT", "").partition(":")
_left = int(_nth or 1)


def hit(point: str) -> None:
    """Die here, as kill -9 would, if this is the point and the time that was asked for."""
    global _left
    if point != _point:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
