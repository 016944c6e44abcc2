"""Each notifier against a receiver that takes only what its service takes; and a failed message fails nothing."""

import socket
import sys
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from batchsync.config import NotifySettings
from batchsync.messages import Lang
from batchsync.nightly import notify
from batchsync.nightly.result import NightResult
from batchsync.nightly.state import NightSummary
from tests.nightly.inbox_fixture import InboxFixture, sn
from tests.nightly.receivers import Check, dingtalk, feishu, receiving, slack, webhook, wecom

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
"""apprise looks at pictures with it, where Python still has it."""

MESSAGE = notify.Notification(
    title="batchsync: Night of 2026-11-24", body="Points: 4 spent\n- 结果未知 2 行", severity="attention"
)
TOKEN = "a" * 12 + "b" * 12 + "c" * 12
SERVICES: dict[str, tuple[str, Check]] = {
    "dingtalk": (f"dingtalk://{TOKEN}/", dingtalk),
    "wecombot": (f"wecombot://{TOKEN}/", wecom),
    "feishu": (f"feishu://{TOKEN}/", feishu),
    "lark": (f"lark://{TOKEN}/", feishu),
    "slack": ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", slack),
}
BYTES_OF_A_LONG_NIGHT = 40_000


def settings(*urls: str, **more: Any) -> NotifySettings:
    return NotifySettings(urls=tuple(SecretStr(url) for url in urls), **more)


def point_to(service: str, base: str, patch: pytest.MonkeyPatch) -> None:
    """Send to a receiver at `base` instead of the service; path and body stay the same."""
    if service in notify.ROBOTS:
        robot = notify.ROBOTS[service]
        path = robot.url.split("/", 3)[3]
        patch.setitem(notify.ROBOTS, service, robot._replace(url=f"{base}/{path}"))
        return
    from apprise.plugins import slack

    path = slack.NotifySlack.webhook_url.split("/", 3)[3]
    patch.setattr(slack.NotifySlack, "webhook_url", f"{base}/{path}")


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_takes_the_message(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Path, type and fields are what the service documents; Chinese text arrives as it was."""
    url, check = SERVICES[service]
    with receiving(check) as received:
        point_to(service, received.url, monkeypatch)
        assert [] == notify.send(settings(url), MESSAGE, Lang.EN)
    assert ([], 1) == (received.faults, len(received.texts))
    assert "结果未知 2 行" in received.texts[0]


def test_a_webhook_of_ones_own() -> None:
    """json://... posts title, message and kind."""
    with receiving(webhook) as received:
        assert [] == notify.send(settings(received.url.replace("http", "json")), MESSAGE, Lang.EN)
    assert [] == received.faults
    assert '"type": "warning"' in received.texts[0]


@pytest.mark.parametrize("service", ["dingtalk", "wecombot", "feishu"])
def test_a_refusal_with_http_200_is_a_failure(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """These services answer 200 and state in the body that they took nothing: that is reported, the token is not."""
    url, check = SERVICES[service]
    with receiving(
        check, {"errcode": 310000, "code": 19001, "errmsg": "keywords not in content", "msg": "no"}
    ) as received:
        point_to(service, received.url, monkeypatch)
        (fault,) = notify.send(settings(url), MESSAGE, Lang.EN)
    reported = fault.render(Lang.EN)
    assert (True, True, False) == (
        service in reported,
        "310000" in reported or "19001" in reported,
        TOKEN in reported,
    )


def test_mail_brings_the_report(tmp_path: Path) -> None:
    """A mail server takes it: text in the body, the page attached."""
    from aiosmtpd.controller import Controller

    mails = []

    class Letterbox:
        async def handle_DATA(  # noqa: N802 (aiosmtpd calls it so)
            self, _server: Any, _session: Any, envelope: Any
        ) -> str:
            mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
            return "250 OK"

    page = tmp_path / "2026-11-24.html"
    page.write_text("<!doctype html><title>晨报</title>", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    office = Controller(Letterbox(), hostname="127.0.0.1", port=port)
    office.start()
    try:
        url = f"mailto://127.0.0.1:{port}?from=night@example.org&to=ops@example.org&mode=insecure"
        assert [] == notify.send(settings(url), replace(MESSAGE, attachments=(page,)), Lang.EN)
    finally:
        office.stop()
    ((_, to, content),) = mails
    mail = message_from_bytes(content, policy=policy.default)
    names = [part.get_filename() for part in mail.walk() if part.get_filename()]
    body = mail.get_body(("plain", "html"))
    assert body is not None
    assert (["ops@example.org"], MESSAGE.title, ["2026-11-24.html"]) == (to, mail["Subject"], names)
    assert "结果未知 2 行" in body.get_content()


@pytest.mark.parametrize(
    "url",
    ["json://127.0.0.1:9/hook-secret", "nonsense", "dingtalk://", "mailto://127.0.0.1:9?to=a@b.cn&cto=1"],
)
def test_what_cannot_be_sent_is_a_sentence(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens, or nobody knows the scheme: reported, masked, and nothing printed behind our back."""
    (fault,) = notify.send(settings(url), MESSAGE, Lang.EN)
    assert ("", "", False) == (*capsys.readouterr(), "secret" in fault.render(Lang.EN))


def test_without_apprise_nobody_is_reported_and_that_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: the sentence states how to install it."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    (fault,) = notify.send(settings("json://127.0.0.1/"), MESSAGE, Lang.EN)
    assert "batchsync[notify]" in fault.render(Lang.EN)


def test_a_message_fits_a_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeCom refuses more than 2,048 bytes: whole lines are kept, and the report has the rest."""
    long = replace(MESSAGE, body="\n".join("结果未知的订单" * 3 for _ in range(BYTES_OF_A_LONG_NIGHT // 60)))
    with receiving(wecom) as received:
        point_to("wecombot", received.url, monkeypatch)
        assert [] == notify.send(settings(SERVICES["wecombot"][0]), long, Lang.ZH)
    assert [] == received.faults
    assert "详见报告" in received.texts[0]


def test_a_failed_message_fails_no_night(inbox_fixture: InboxFixture) -> None:
    """Exit code 0; the fault is reported."""
    inbox_fixture.put("a.csv", sn(1))
    result = inbox_fixture.run(inbox_fixture.config(notify=settings("json://127.0.0.1:9/", when="always")))
    assert (0, 1) == (result.summary.exit_code, sum(event.name == "error" for event in inbox_fixture.events))


# --- When ---------------------------------------------------------------------------------------------------


def result(**more: Any) -> NightResult:
    given = {
        "night": "2026-11-24",
        "day": "2026-11-24",
        "began_at": "",
        "ended_at": "",
        "stopped": None,
        "exit_code": 0,
    }
    return NightResult(
        summary=NightSummary(**(given | more)), files=(), skipped={}, refused=None, pending=0, history=()
    )


NIGHTS: list[dict[str, Any]] = [
    {},
    {"exit_code": 1, "attention": 1},
    {"exit_code": 3, "stopped": "balance"},
    {"exit_code": 0, "stopped": "window"},
]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("always", [True] * 4),
        ("attention", [False, True, True, False]),
        ("stop", [False, False, True, False]),
    ],
)
def test_people_are_reported_when_they_asked_for_it(when: Any, expected: list[bool]) -> None:
    """Every night, when something needs a person, or when a night stopped; a window that closes is as planned."""
    assert expected == [notify.is_wanted(settings(when=when), result(**night)) for night in NIGHTS]


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        ({"failed_percent": 10}, False),
        ({"failed_percent": 9}, True),
        ({"points": 90}, False),
        ({"points": 89}, True),
    ],
)
def test_thresholds_report_in_any_case(threshold: dict[str, float], expected: bool) -> None:
    """More than so many percent failed, more points than that: even if only stops were asked for."""
    night = result(calls=100, failed=10, points=90)
    assert expected == notify.is_wanted(settings(when="stop", **threshold), night)
