"""An HTTP server with scripted responses and a charge log of its own, independent of the sandbox."""

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

SUCCESS: dict[str, Any] = {"json": {"data": {"success": True, "amount": 1}, "status": 0}, "charge": 1}


@dataclass(frozen=True)
class Call:
    """One POST that reached the server."""

    order: str
    owner: str
    token: str
    fields: Mapping[str, Any]
    points: int


@dataclass
class Vendor:
    """Answers calls by order number as `answers` scripts them, and logs what each call cost."""

    answers: Mapping[str, list[Any]]
    calls: list[Call] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/vv/external/pinSynchronization"

    def respond(self, body: bytes, token: str) -> tuple[int, dict[str, str], bytes]:
        """Log one call and return status, headers and body of its response."""
        fields = json.loads(body)
        order = fields.get("orderSns")
        script = self.answers.get(order) or self.answers.get("default") or ["ok"]
        with self._lock:
            answer = script[min(self._seen[order], len(script) - 1)]
            self._seen[order] += 1
            answer = SUCCESS if answer == "ok" else answer
            call = Call(order, fields.get("ownerId"), token, fields, answer.get("charge", 0))
            self.calls.append(call)
        headers = {"Content-Type": answer.get("type", "application/json; charset=utf-8")}
        headers |= answer.get("headers", {})
        if "header_bytes" in answer:
            headers["Set-Cookie"] = "c=" + "x" * answer["header_bytes"]
        text = answer.get("text")
        if text is None:
            text = json.dumps(answer["json"], ensure_ascii=False)
        return answer.get("http", 200), headers, text.encode(answer.get("charset", "utf-8"))


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, data = vendor.respond(body, self.headers.get("Authorization", ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
