"""Tells people of a night, through apprise: DingTalk, WeCom, Feishu, mail, Slack, any webhook. Never fails the night.

Secrets stand in these addresses; whatever is said of one is masked.
"""

import contextlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchsync.config import NotifySettings
from batchsync.messages import Lang, Message
from batchsync.messages import nightly as messages
from batchsync.nightly.policy import NightStop
from batchsync.nightly.result import NightResult

LONGEST_BYTES = 1_800
"""Of UTF-8: WeCom refuses a text above 2,048, and a morning message should fit a telephone."""
SHORTEST_SECRET = 6
MOODS = {"good": "success", "idle": "info", "attention": "warning", "stopped": "failure"}
MAIL = ("mailto", "mailtos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What is sent."""

    title: str
    body: str
    mood: str
    attachments: tuple[Path, ...] = ()
    """Sent along with mail; chats get the text alone."""


def is_wanted(settings: NotifySettings, ended: NightResult) -> bool:
    """Whether people asked to be told of such a night."""
    summary = ended.summary
    if settings.when == "always" or _beyond_thresholds(settings, ended):
        return True
    stopped = summary.stopped is not None and summary.stopped != NightStop.WINDOW
    if settings.when == "stop":
        return stopped
    return stopped or summary.exit_code != 0 or summary.attention > 0 or summary.uncertain > 0


def _beyond_thresholds(settings: NotifySettings, ended: NightResult) -> bool:
    summary = ended.summary
    failed = 100.0 * summary.failed / summary.calls if summary.calls else 0.0
    many = settings.failed_percent is not None and failed > settings.failed_percent
    return many or (settings.points is not None and summary.points > settings.points)


def send(settings: NotifySettings, message: Notification, lang: Lang) -> list[Message]:
    """Send to every address; return what went wrong, one sentence for each."""
    if not settings.urls:
        return []
    try:
        import apprise
    except ImportError:
        return [Message(messages.NO_APPRISE)]
    faults = []
    for place, url in enumerate(settings.urls, start=1):
        fault = _send(apprise, url.get_secret_value(), message, lang)
        if fault is not None:
            faults.append(Message(fault.text, {"place": place, **fault.facts}))
    return faults


def validate_urls(settings: NotifySettings) -> list[Message]:
    """Return what is wrong with the addresses themselves; nothing is sent."""
    try:
        import apprise
    except ImportError:
        return [Message(messages.NO_APPRISE)]
    faults = []
    for place, url in enumerate(settings.urls, start=1):
        text = url.get_secret_value()
        with _listening(apprise.logger):
            known = apprise.Apprise.instantiate(text) is not None
        if not known:
            faults.append(
                Message(messages.NOTIFY_WRONG, {"place": place, "scheme": text.partition("://")[0]})
            )
    return faults


def _send(apprise: Any, url: str, message: Notification, lang: Lang) -> Message | None:
    scheme = url.partition("://")[0]
    with _listening(apprise.logger) as heard:
        try:
            plugin = apprise.Apprise.instantiate(url)
            if plugin is None:
                return Message(messages.NOTIFY_WRONG, {"scheme": scheme})
            attached = [str(path) for path in message.attachments] if scheme in MAIL else None
            with _hearing_refusals():
                sent = plugin.notify(
                    title=message.title,
                    body=truncate(message.body, lang),
                    notify_type=MOODS[message.mood],
                    attach=attached,
                )
        except Exception as error:  # noqa: BLE001 (whatever a notifier does, the night is over and safe)
            sent = False
            heard.append(f"{type(error).__name__}: {error}")
    if sent:
        return None
    return Message(messages.NOTIFY_FAILED, {"scheme": scheme, "why": masked(" ".join(heard) or "-", url)})


def truncate(text: str, lang: Lang) -> str:
    """Return as many whole lines as chats take."""
    if len(text.encode()) <= LONGEST_BYTES:
        return text
    kept, more = [], messages.NOTIFY_MORE.render(lang)
    room = LONGEST_BYTES - len(more.encode()) - 1
    for line in text.splitlines():
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, more])


def masked(text: str, url: str) -> str:
    """Return a text without anything that came from the address' own parts."""
    parts = re.split(r"[/:@?&=,]+", url.partition("://")[2])
    for secret in sorted(set(parts), key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text[:300]


@contextlib.contextmanager
def _listening(logger: logging.Logger) -> Iterator[list[str]]:
    """Keep a notifier's own warnings off the terminal, and hear what they say."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    ear, before = Ear(logging.WARNING), logger.propagate
    logger.addHandler(ear)
    logger.propagate = False
    try:
        yield heard
    finally:
        logger.removeHandler(ear)
        logger.propagate = before


@contextlib.contextmanager
def _hearing_refusals() -> Iterator[None]:
    """Take a refusal for what it is: DingTalk and WeCom answer 200 with an errcode, and apprise looks at the 200 only."""
    import requests

    post = requests.post

    def honest(*given: Any, **more: Any) -> requests.Response:
        answer = post(*given, **more)
        refused = _refusal(answer.content)
        if refused:
            logging.getLogger("apprise").warning("%s", refused)
            raise requests.RequestException(refused)
        return answer

    requests.post = honest
    try:
        yield
    finally:
        requests.post = post


def _refusal(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    for code, text in (("errcode", "errmsg"), ("code", "msg"), ("StatusCode", "StatusMessage")):
        if isinstance(said.get(code), int) and said[code] != 0:
            return f"{code} {said[code]}: {said.get(text, '')}"
    return ""
