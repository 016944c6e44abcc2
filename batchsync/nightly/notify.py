"""Notifications about a nightly run: DingTalk, WeCom and Feishu robots directly, everything else through apprise.

A failed notification is reported and never fails the nightly run. The addresses contain secrets, so texts about them are
masked.
"""

import base64
import contextlib
import hmac
import json
import logging
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from batchsync.config import NotifySettings
from batchsync.messages import Lang, Message
from batchsync.messages import nightly as messages
from batchsync.nightly.policy import NightStop
from batchsync.nightly.result import NightResult

MAX_BYTES = 1_800
"""Of UTF-8: WeCom refuses a text of more than 2,048."""
MIN_SECRET = 6
TIMEOUT_S = 20.0
APPRISE_TYPES = {"good": "success", "idle": "info", "attention": "warning", "stopped": "failure"}
MAIL = ("mailto", "mailtos")


class Robot(NamedTuple):
    """A group robot of a chat service that takes a text as JSON and reports errors in an HTTP 200 response."""

    url: str
    """Up to the token, which comes from the address in the settings."""
    body: Callable[[str], dict[str, object]]


ROBOTS = {
    "dingtalk": Robot(
        "https://oapi.dingtalk.com/robot/send?access_token=",
        lambda text: {"msgtype": "text", "text": {"content": text}},
    ),
    "wecombot": Robot(
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
        lambda text: {"msgtype": "text", "text": {"content": text}},
    ),
    "feishu": Robot(
        "https://open.feishu.cn/open-apis/bot/v2/hook/",
        lambda text: {"msg_type": "text", "content": {"text": text}},
    ),
    "lark": Robot(
        "https://open.larksuite.com/open-apis/bot/v2/hook/",
        lambda text: {"msg_type": "text", "content": {"text": text}},
    ),
}
"""By scheme: `dingtalk://TOKEN/` or `dingtalk://SECRET@TOKEN/`, `wecombot://KEY/`, `feishu://TOKEN/`, `lark://TOKEN/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A notification to send."""

    title: str
    body: str
    severity: str
    """`good`, `idle`, `attention` or `stopped`."""
    attachments: tuple[Path, ...] = ()
    """Sent with mail only."""


def is_wanted(settings: NotifySettings, result: NightResult) -> bool:
    """Whether the settings ask for a notification about this nightly run."""
    summary = result.summary
    failed = 100.0 * summary.failed / summary.calls if summary.calls else 0.0
    if settings.failed_percent is not None and failed > settings.failed_percent:
        return True
    if settings.points is not None and summary.points > settings.points:
        return True
    if settings.when == "always":
        return True
    stopped = summary.stopped is not None and summary.stopped != NightStop.WINDOW
    if settings.when == "stop":
        return stopped
    return stopped or summary.exit_code != 0 or summary.attention > 0 or summary.uncertain > 0


def send(settings: NotifySettings, notification: Notification, lang: Lang) -> list[Message]:
    """Send to every address; return one message for each failure."""
    errors: list[Message] = []
    for number, secret in enumerate(settings.urls, start=1):
        url = secret.get_secret_value()
        scheme = url.partition("://")[0]
        try:
            if scheme in ROBOTS:
                reason = _send_to_robot(url, notification, lang)
            else:
                reason = _send_with_apprise(url, notification, lang)
        except ImportError:
            errors.append(Message(messages.NO_APPRISE))
            continue
        except Exception as error:  # noqa: BLE001 (a notification never fails the nightly run)
            reason = f"{type(error).__name__}: {error}"
        if reason:
            facts = {"place": number, "scheme": scheme, "why": mask(reason, url)}
            errors.append(Message(messages.NOTIFY_FAILED, facts))
    return errors


def validate_urls(settings: NotifySettings) -> list[Message]:
    """Return what is wrong with the addresses; nothing is sent."""
    errors: list[Message] = []
    for number, secret in enumerate(settings.urls, start=1):
        url = secret.get_secret_value()
        scheme = url.partition("://")[0]
        try:
            valid = bool(urlsplit(url).netloc) if scheme in ROBOTS else _apprise_plugin(url) is not None
        except ImportError:
            return [*errors, Message(messages.NO_APPRISE)]
        if not valid:
            errors.append(Message(messages.NOTIFY_WRONG, {"place": number, "scheme": scheme}))
    return errors


def _send_to_robot(url: str, notification: Notification, lang: Lang) -> str:
    """Post a text to a robot; return why it failed, or an empty string."""
    scheme, _, rest = url.partition("://")
    secret, _, token = unquote(rest.split("/")[0]).rpartition("@")
    if not token:
        return "no token"
    robot = ROBOTS[scheme]
    target = robot.url + quote(token, safe="")
    if scheme == "dingtalk" and secret:
        timestamp = str(round(time.time() * 1000))
        signature = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
        target += f"&timestamp={timestamp}&sign={quote(base64.b64encode(signature), safe='')}"
    text = f"{notification.title}\n{truncate(notification.body, lang)}"
    request = urllib.request.Request(  # noqa: S310 (the scheme is https)
        target,
        data=json.dumps(robot.body(text), ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 (the scheme is https)
        return _error_in(response.read(65_536))


def _error_in(body: bytes) -> str:
    """Return the error that a robot reports in its response, or an empty string."""
    try:
        response = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(response, dict):
        return ""
    for code, text in (("errcode", "errmsg"), ("code", "msg"), ("StatusCode", "StatusMessage")):
        if isinstance(response.get(code), int) and response[code] != 0:
            return f"{code} {response[code]}: {response.get(text, '')}"
    return ""


def _apprise_plugin(url: str) -> Any:
    """Return the apprise plugin of an address, or None. Raises ImportError without apprise."""
    import apprise

    with _captured_log(apprise.logger):
        return apprise.Apprise.instantiate(url)


def _send_with_apprise(url: str, notification: Notification, lang: Lang) -> str:
    """Send through apprise; return why it failed, or an empty string. Raises ImportError without apprise."""
    import apprise

    plugin = _apprise_plugin(url)
    if plugin is None:
        return "unknown address"
    attach = [str(path) for path in notification.attachments] if url.startswith(MAIL) else None
    with _captured_log(apprise.logger) as warnings:
        sent = plugin.notify(
            title=notification.title,
            body=truncate(notification.body, lang),
            notify_type=APPRISE_TYPES[notification.severity],
            attach=attach,
        )
    return "" if sent else " ".join(warnings) or "-"


def truncate(text: str, lang: Lang) -> str:
    """Return as many whole lines as chats accept."""
    if len(text.encode()) <= MAX_BYTES:
        return text
    kept, more = [], messages.NOTIFY_MORE.render(lang)
    room = MAX_BYTES - len(more.encode()) - 1
    for line in text.splitlines():
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, more])


def mask(text: str, url: str) -> str:
    """Return a text without the parts of an address that may be secrets."""
    parts = re.split(r"[/:@?&=,]+", url.partition("://")[2])
    for secret in sorted(set(parts), key=len, reverse=True):
        if len(secret) >= MIN_SECRET:
            text = text.replace(secret, "***")
    return text[:300]


@contextlib.contextmanager
def _captured_log(logger: logging.Logger) -> Iterator[list[str]]:
    """Capture the warnings of a logger instead of printing them."""
    records: list[str] = []

    class Capture(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    handler, propagates = Capture(logging.WARNING), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield records
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
