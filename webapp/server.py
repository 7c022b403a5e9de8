"""`threshold serve`: gunicorn with threads, the application loaded once before the workers fork, and one worker for jobs.

The jobs' worker is forked like the others, so it shares what was loaded; the master starts it again when it has ended.

SIGHUP takes in a new build without a request lost: the new code is asked whether it would start (`threshold doctor`), then the
master becomes it in place, with its process number, its listening socket and its children; the old workers answer until new
ones do, and finish what they have in hand.
"""

import gc
import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from typing import Any

from flask import Flask
from gunicorn import sock
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from webapp.base import copying
from webapp.base.database import db
from webapp.jobs import worker

HELD = {signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
OLD = "THRESHOLD_OLD_WORKERS"
"""Process numbers that a master leaves to the one it becomes."""

AGAIN_AFTER = 2.0
"""Seconds between two starts of a jobs' worker that ends at once."""


JOB_WITHIN = 10.0
"""Seconds that a job in hand is waited for at the end; after that it is another worker's."""


class Master(Arbiter):  # type: ignore[misc]
    """Gunicorn's master, which also keeps the worker for jobs alive. Gunicorn reaps that child as one it does not know."""

    def __init__(self, server: "Server") -> None:
        self.old = [int(pid) for pid in os.environ.pop(OLD, "").split()]
        self.jobs_pid = 0
        self.jobs_from = 0.0
        self.with_worker = server.with_worker
        super().__init__(server)

    def manage_workers(self) -> None:
        super().manage_workers()
        if self.with_worker and self.LISTENERS and not self._has_worker() and time.monotonic() >= self.jobs_from:
            self.jobs_from = time.monotonic() + AGAIN_AFTER
            self._start_worker()
        while self.old:
            os.kill(self.old.pop(), signal.SIGTERM)  # our children still, so the number is theirs until they are reaped

    def wait_for_signals(self, timeout: float = 1.0) -> list[int]:
        """A reload comes last, for whatever stands behind it would be lost with this code."""
        heard: list[int] = super().wait_for_signals(timeout)
        return sorted(heard, key=lambda each: each == signal.SIGHUP)

    def handle_hup(self) -> None:
        asked = subprocess.run([sys.executable, sys.argv[0], "doctor"], capture_output=True, text=True, check=False)
        if asked.returncode != 0:
            last = (asked.stdout + asked.stderr).strip().splitlines()[-3:]
            self.log.error("the new build would not start, so the old one stays: %s", " / ".join(last))
            return
        self._become_new()

    def _become_new(self) -> None:
        """The protocol of systemd's socket activation, with ourselves: gunicorn finds its listener as descriptor 3."""
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD)  # they wait, over the exec, until the new code listens to them
        if self._is_told_to_end():
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
            return
        (listener,) = self.LISTENERS
        os.dup2(listener.sock.fileno(), 3)
        os.set_inheritable(3, True)
        old = " ".join(str(pid) for pid in [*self.WORKERS, self.jobs_pid] if pid)
        environment = os.environ | {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()), OLD: old}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 - ourselves, anew

    def _is_told_to_end(self) -> bool:
        """Whether a signal to end came while the new code was asked; it would be lost with this code."""
        queued = [self.SIG_QUEUE.get() for _each in range(self.SIG_QUEUE.qsize())]
        for each in queued:
            self.SIG_QUEUE.put(each)
        return any(each in HELD and each != signal.SIGHUP for each in queued)

    def init_signals(self) -> None:
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)

    def _has_worker(self) -> bool:
        if self.jobs_pid == 0:
            return False
        try:
            os.kill(self.jobs_pid, 0)
        except ProcessLookupError:
            self.jobs_pid = 0
        return self.jobs_pid != 0

    def _start_worker(self) -> None:
        pid = os.fork()
        if pid:
            self.jobs_pid = pid
            return
        code = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            sock.close_sockets(self.LISTENERS, unlink=False)
            with self.app.application.app_context():
                worker.run()
            code = 0
        except Exception:
            self.log.exception("the worker for jobs has failed")
        finally:
            sys.stdout.flush()
            os._exit(code)  # a child of the master: not one line of the master's own end may run here

    def stop(self, graceful: bool = True) -> None:
        if self.jobs_pid:
            self._end_worker(signal.SIGTERM)
        super().stop(graceful)
        until = time.monotonic() + JOB_WITHIN
        while self._has_worker() and time.monotonic() < until:
            time.sleep(0.05)
            self.reap_workers()
        if self._has_worker():
            self._end_worker(signal.SIGKILL)

    def _end_worker(self, how: int) -> None:
        try:
            os.kill(self.jobs_pid, how)
        except ProcessLookupError:
            self.jobs_pid = 0


class Server(BaseApplication):  # type: ignore[misc]
    """Two workers of four threads; no control socket, for two instances of one user would share its path."""

    def __init__(self, app: Flask, bind: str, workers: int, threads: int, with_worker: bool = True) -> None:
        self.application, self.with_worker = app, with_worker
        self.options: dict[str, Any] = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "preload_app": True,
            "control_socket_disable": True,
            "graceful_timeout": 30,
            "timeout": 60,
            "keepalive": 5,
            "accesslog": None,
            # gunicorn would believe X-Forwarded-Proto of anybody on this machine; only THRESHOLD_PROXIES says who is believed.
            "forwarded_allow_ips": "",
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108, PTH112 - gunicorn's own advice
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.application

    def run(self) -> None:
        Master(self).run()


def serve(app: Flask, host: str, port: int, with_worker: bool = True) -> None:
    """Run until told to stop. No connection opened here may be shared by the forked workers."""
    workers, threads = int(os.environ.get("WEB_WORKERS", "2")), int(os.environ.get("WEB_THREADS", "4"))
    with app.app_context():
        held = copying.hold(db.engine.url)
        db.session.remove()
        db.engine.dispose()
    gc.collect()
    gc.freeze()  # what was loaded before the fork stays shared memory, and is never looked through again
    with held or nullcontext():
        Server(app, f"{host}:{port}", workers, threads, with_worker).run()
