"""Certificates of road C for a test, and a server that shows them."""

import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509

from webapp.base.certificates import Files, make_leaf, make_root, names_of

OURS = (("X-Threshold-Build", "0123"), ("Set-Cookie", "__Host-form=x; Secure; HttpOnly; Path=/; SameSite=Lax"))
"""What Threshold says behind a proxy that is believed."""


def made(files: Files, at: int, *names: str, passphrase: bytes | None = None) -> x509.Certificate:
    """A root and a certificate under it, for loopback where no name is given."""
    wanted = names_of(names or ["localhost", "127.0.0.1"])
    make_root(files, wanted, at, passphrase)
    return make_leaf(files, wanted, at, passphrase)


@contextmanager
def shown(files: Files, status: int = 200, headers: Sequence[tuple[str, str]] = OURS) -> Iterator[int]:
    """A server that shows this certificate and answers everything with these; its port."""

    class Says(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Nobody reads it."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.chain, files.key)
    server = _Quiet(("127.0.0.1", 0), Says)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses the certificate is what is tested."""
