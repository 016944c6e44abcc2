"""Receivers on this machine that know what each service takes, and refuse the rest as it would."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Check = Callable[[str, dict[str, Any]], str]
"""Path and body -> what is wrong with it; empty when it is as the service wants it."""


@dataclass
class Received:
    """What came in."""

    url: str
    texts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def dingtalk(path: str, reported: dict[str, Any]) -> str:
    """A group robot: https://open.dingtalk.com/document/robots/custom-robot-access."""
    if not path.startswith("/robot/send?access_token="):
        return f"path {path}"
    if reported.get("msgtype") != "text" or not isinstance(reported.get("text", {}).get("content"), str):
        return f"body {reported}"
    return ""


def wecom(path: str, reported: dict[str, Any]) -> str:
    """A group robot: text.content of at most 2,048 bytes of UTF-8."""
    if not path.startswith("/cgi-bin/webhook/send?key="):
        return f"path {path}"
    content = reported.get("text", {}).get("content")
    if reported.get("msgtype") != "text" or not isinstance(content, str):
        return f"body {reported}"
    return "" if len(content.encode()) <= 2048 else f"{len(content.encode())} bytes"


def feishu(path: str, reported: dict[str, Any]) -> str:
    """A group robot, also Lark's: msg_type and content.text."""
    if not path.startswith("/open-apis/bot/v2/hook/"):
        return f"path {path}"
    right = reported.get("msg_type") == "text" and isinstance(reported.get("content", {}).get("text"), str)
    return "" if right else f"body {reported}"


def slack(path: str, reported: dict[str, Any]) -> str:
    """An incoming webhook: text, or attachments or blocks with text in them."""
    if path.count("/") != 4 or not path.startswith("/services/"):
        return f"path {path}"
    return (
        ""
        if reported.get("text") or reported.get("attachments") or reported.get("blocks")
        else f"body {reported}"
    )


def webhook(_path: str, reported: dict[str, Any]) -> str:
    """Any JSON webhook: apprise's own form, version 1.0."""
    return "" if {"version", "title", "message", "type"} <= set(reported) else f"body {reported}"


@contextlib.contextmanager
def receiving(check: Check, answer: dict[str, Any] | None = None, status: int = 200) -> Iterator[Received]:
    """Listen as a service does; `answer` is what it states to a good message."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                reported = json.loads(body)
                fault = check(self.path, reported)
            except ValueError as error:
                reported, fault = {}, f"no JSON: {error}"
            if "json" not in self.headers.get("Content-Type", ""):
                fault = fault or f"type {self.headers.get('Content-Type')}"
            received.faults += [fault] if fault else []
            received.texts.append(json.dumps(reported, ensure_ascii=False))
            response = (
                {"errcode": 400, "code": 9499, "errmsg": fault}
                if fault
                else answer or {"errcode": 0, "code": 0}
            )
            whole = b"ok" if check is slack and not fault else json.dumps(response).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Received(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
