"""An HTTP server on loopback for tests: it notes what it is asked, and fails as a test plans."""

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit

GATEWAY_PAGE = b"<html><h1>Something went wrong</h1></html>"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a request.

    Attributes:
        status, headers, body: answered in place of the true answer's; None leaves those.
        acts: whether the server does what was asked all the same.
        delay: seconds to wait before answering.
        is_cut: the connection is closed in the middle of the answer.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    acts: bool = False
    delay: float = 0.0
    is_cut: bool = False


# What a sync has to try again: too many calls, a gateway's page, an answer that is none, is cut, or
# comes too late for who waits for less; each with the server having acted or not.
PASSING_FAULTS = [
    Fault(status, body=body, delay=delay, is_cut=is_cut, acts=acts)
    for acts in (False, True)
    for status, body, delay, is_cut in (
        (429, b"{}", 0.0, False),
        (503, GATEWAY_PAGE, 0.0, False),
        (None, b'{"id": "cut of', 0.0, False),
        (None, None, 0.0, True),
        (None, None, 0.3, False),
    )
]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@dataclass(frozen=True)
class Response:
    status: int
    content: object = None
    type: str = "application/json"

    @property
    def body(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content
        return b"" if self.content is None else json.dumps(self.content).encode()


class LoopbackServer:
    """Starts on entering and stops on leaving; a subclass answers by `respond`.

    Args:
        tls: makes it an https server with this certificate.

    Attributes:
        requests: what it was asked.
        plan: the fault of a request that `fail` says nothing of; None, if it is to be answered.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.plan: Callable[[Request], Fault | None] = lambda request: None
        self._faults: list[tuple[Callable[[Request], bool], deque[Fault]]] = []
        self._lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def respond(self, request: Request) -> Response:
        """What the place that a subclass stands for answers."""
        raise NotImplementedError

    def fail(self, method: str, path: str, *faults: Fault) -> None:
        """The next requests with this method and this in their path fail, one for each fault."""
        self._faults.append((lambda r: r.method == method and path in r.path, deque(faults)))

    def calls(self, method: str, path: str) -> list[Request]:
        """The requests with this method whose path ends so."""
        return [r for r in self.requests if r.method == method and r.path.endswith(path)]

    def answer(self, request: Request) -> tuple[Response, Fault]:
        with self._lock:
            self.requests.append(request)
            fault = self._next_fault(request)
            does = fault is None or fault.acts
            response = self.respond(request) if does else Response(200, {})
            return response, fault or Fault()

    def _next_fault(self, request: Request) -> Fault | None:
        for matches, left in self._faults:
            if left and matches(request):
                return left.popleft()
        return self.plan(request)


class Receiver(LoopbackServer):
    """Takes what is posted to it."""

    def respond(self, request: Request) -> Response:
        return Response(200)


class _Handler(BaseHTTPRequestHandler):
    owner: LoopbackServer
    protocol_version = "HTTP/1.1"
    # An answer leaves in one piece, not the headers first and the rest when those have arrived.
    wbufsize = -1
    disable_nagle_algorithm = True

    def _do(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            url.path,
            dict(parse_qsl(url.query)),
            dict(self.headers),
            self.rfile.read(length),
        )
        response, fault = self.owner.answer(request)
        time.sleep(fault.delay)
        body = response.body if fault.body is None else fault.body
        self.send_response(fault.status or response.status)
        self.send_header("Content-Type", response.type)
        self.send_header("Content-Length", str(len(body) + (1000 if fault.is_cut else 0)))
        for name, value in fault.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or fault.is_cut

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _do  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Says nothing."""

    def handle(self) -> None:
        """A client that did not wait any longer is no error here."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True
