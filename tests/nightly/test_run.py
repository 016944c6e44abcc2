"""A night from the inbox to the folders: what goes where, what is paid, what goes on."""

import asyncio
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from batchsync.config import InputSettings
from batchsync.errors import Interrupted, LedgerBusy, SettingsError
from batchsync.ledger import open_ledger
from batchsync.ledger.lock import WriterLock
from batchsync.nightly import NightlyRun, NightStop, preflight
from batchsync.nightly.inbox import SkipReason, scan
from batchsync.nightly.workspace import Workspace
from tests.nightly.inbox_fixture import InboxFixture, sn

DAY = "2026-11-24"


def script(inbox_fixture: InboxFixture, **acts: object) -> None:
    """State what the vendor does with which order."""
    from dataclasses import replace

    from batchsync.sandbox.script import make_script

    reported = {name if name == "*" else sn(int(name[1:])): act for name, act in acts.items()}
    inbox_fixture.sandbox.settings = replace(inbox_fixture.sandbox.settings, script=make_script(reported))  # type: ignore[arg-type]


def test_a_good_file_and_its_result_are_done(inbox_fixture: InboxFixture) -> None:
    """Both stand side by side in done/DATE; the file is the one that came."""
    whole = inbox_fixture.put("orders.csv", sn(1), sn(2)).read_bytes()
    result = inbox_fixture.run()
    place = inbox_fixture.folder / "done" / DAY / "orders.csv"
    assert (0, 2, whole) == (result.summary.exit_code, result.summary.points, place.read_bytes())
    assert {"orders.csv", "orders.result.xlsx"} == inbox_fixture.files("done")


def test_what_needs_a_look_is_put_aside(inbox_fixture: InboxFixture) -> None:
    """A failed row, an invalid one, a file that is none: attention, with the result where there is one."""
    script(inbox_fixture, n1=1003)
    inbox_fixture.put("failed.csv", sn(1), sn(2))
    inbox_fixture.put("invalid.csv", "1.26E+17")
    (inbox_fixture.inbox / "photo.xlsx").write_bytes(b"\x89PNG")
    result = inbox_fixture.run()
    assert {"failed.csv", "failed.result.xlsx", "invalid.csv", "invalid.result.xlsx", "photo.xlsx"} == (
        inbox_fixture.files("attention")
    )
    assert (1, 3) == (result.summary.exit_code, result.summary.attention)


def test_the_same_file_again_is_recognised_and_costs_nothing(inbox_fixture: InboxFixture) -> None:
    """By its content, under whatever name."""
    inbox_fixture.put("orders.csv", sn(1))
    inbox_fixture.run()
    inbox_fixture.put("again.csv", sn(1))
    result = inbox_fixture.run()
    assert (True, 0, 1) == (
        result.files[0].same_as.startswith("orders.csv"),
        result.summary.points,
        inbox_fixture.sandbox.charge_log.points,
    )


def test_names_that_are_taken_are_left_alone(inbox_fixture: InboxFixture) -> None:
    """Two files of one name in one night: the second is numbered, and its result with it."""
    inbox_fixture.put("orders.csv", sn(1))
    inbox_fixture.run()
    inbox_fixture.clock.at -= timedelta(days=1)
    inbox_fixture.put("orders.csv", sn(2))
    inbox_fixture.run()
    assert {
        "orders.csv",
        "orders.result.xlsx",
        "orders-2.csv",
        "orders-2.result.xlsx",
    } == inbox_fixture.files("done")


def test_what_is_none_of_ours_is_left(inbox_fixture: InboxFixture) -> None:
    """Links, lock files, part files, hidden files and strange folders stay, and are reported of."""
    (inbox_fixture.inbox / "~$orders.xlsx").write_bytes(b"x")
    (inbox_fixture.inbox / "orders.xlsx.part").write_bytes(b"x")
    (inbox_fixture.inbox / ".hidden").write_bytes(b"x")
    (inbox_fixture.inbox / "link.csv").symlink_to("/etc/hostname")
    (inbox_fixture.inbox / "strange").mkdir()
    (inbox_fixture.inbox / "strange" / "orders.csv").write_text("x")
    before = {path.name for path in inbox_fixture.inbox.iterdir()}
    result = inbox_fixture.run()
    assert before == {path.name for path in inbox_fixture.inbox.iterdir()} - {".batchsync"}
    assert {
        "~$orders.xlsx": SkipReason.UNFINISHED,
        "orders.xlsx.part": SkipReason.UNFINISHED,
        "link.csv": SkipReason.LINK,
        "strange": SkipReason.UNKNOWN_FOLDER,
    } == result.skipped


def test_hostile_names_are_filed_harmlessly(inbox_fixture: InboxFixture) -> None:
    """Control characters and what Windows can't take are replaced; nothing leaves its folder."""
    inbox_fixture.put("a\nb:c<script>.csv", sn(1))
    inbox_fixture.put("-rf.csv", sn(2))
    inbox_fixture.run()
    assert {
        "a_b_c_script_.csv",
        "a_b_c_script_.result.xlsx",
        "_-rf.csv",
        "_-rf.result.xlsx",
    } == inbox_fixture.files("done")


# --- NAME.yaml and folder.yaml ------------------------------------------------------------------------------


def test_a_merchants_folder_and_a_files_own_yaml(inbox_fixture: InboxFixture) -> None:
    """The folder names the merchant; the file's own yaml wins, and goes where the file goes."""
    (inbox_fixture.inbox / "shop").mkdir()
    (inbox_fixture.inbox / "shop" / "folder.yaml").write_text("owner_id: 0099\n")
    (inbox_fixture.inbox / "shop" / "a.csv").write_text(f"order_sn\n{sn(1)}\n")
    (inbox_fixture.inbox / "shop" / "b.csv").write_text(f"order_sn\n{sn(2)}\n")
    (inbox_fixture.inbox / "shop" / "b.yaml").write_text("owner_id: 55\nmax_points: 10\nrate: 100\n")
    inbox_fixture.run()
    assert {("0099", sn(1)), ("55", sn(2))} == set(inbox_fixture.sandbox.charge_log.orders)
    assert {"shop/a.csv", "shop/a.result.xlsx", "shop/b.csv", "shop/b.result.xlsx", "shop/b.yaml"} == (
        inbox_fixture.files("done")
    )


@pytest.mark.parametrize("text", ["owner: 5", "max_points: -1", "max_points: [1]", "a: b: c", "rate: fast"])
def test_a_yaml_that_cannot_be_followed_sends_nothing(text: str, inbox_fixture: InboxFixture) -> None:
    """The file is put aside with the reason: nobody knows what it should have been."""
    inbox_fixture.put("orders.csv", sn(1))
    (inbox_fixture.inbox / "orders.yaml").write_text(text)
    result = inbox_fixture.run()
    assert (0, True) == (
        inbox_fixture.sandbox.charge_log.points,
        "orders.yaml" in result.files[0].problems[0].en,
    )


def test_a_merchants_folder_that_lost_its_yaml_sends_nothing(inbox_fixture: InboxFixture) -> None:
    """Its file is on the queue already: without the folder.yaml it would be sent for the merchant of the settings."""
    (inbox_fixture.inbox / "shop").mkdir()
    (inbox_fixture.inbox / "shop" / "folder.yaml").write_text("owner_id: 0099\n")
    (inbox_fixture.inbox / "shop" / "a.csv").write_text(f"order_sn\n{sn(1)}\n")
    queue = Workspace(inbox_fixture.night().paths)
    (waiting,) = scan(inbox_fixture.inbox).files.values()
    queue.take(waiting, inbox_fixture.clock.now())
    (inbox_fixture.inbox / "shop" / "folder.yaml").unlink()
    result = inbox_fixture.run(inbox_fixture.config(input=InputSettings(owner_id="1")))
    assert (0, {"shop/a.csv"}) == (inbox_fixture.sandbox.charge_log.points, inbox_fixture.files("attention"))
    assert "folder.yaml" in result.files[0].problems[0].en


def test_a_yaml_that_a_kill_left_in_the_inbox_still_holds(inbox_fixture: InboxFixture) -> None:
    """The night died between taking the file and taking its yaml: whose orders they are must not change."""
    (inbox_fixture.inbox / "a.csv").write_text(f"order_sn\n{sn(1)}\n")
    (inbox_fixture.inbox / "a.yaml").write_text("owner_id: 55\n")
    queue = Workspace(inbox_fixture.night().paths)
    (waiting,) = scan(inbox_fixture.inbox).files.values()
    file = queue.take(waiting, inbox_fixture.clock.now())
    assert file is not None
    (queue.folder_of(file) / "a.yaml").rename(inbox_fixture.inbox / "a.yaml")
    inbox_fixture.run(inbox_fixture.config(input=InputSettings(owner_id="1")))
    assert {("55", sn(1))} == set(inbox_fixture.sandbox.charge_log.orders)
    assert {"a.csv", "a.yaml", "a.result.xlsx"} == inbox_fixture.files("done")


def test_a_yaml_can_only_lower_the_cap(inbox_fixture: InboxFixture) -> None:
    """Who may drop files may not raise what the settings allow."""
    inbox_fixture.put("orders.csv", *map(sn, range(1, 6)))
    (inbox_fixture.inbox / "orders.yaml").write_text("max_points: 100\n")
    inbox_fixture.run(inbox_fixture.config(spend={"max_points": 2}))
    assert 2 == inbox_fixture.sandbox.charge_log.points


# --- Stops --------------------------------------------------------------------------------------------------


def test_the_night_cap_holds_over_all_files_and_the_rest_goes_on(inbox_fixture: InboxFixture) -> None:
    """3 points a night: the third file waits half done and is finished the next night, each order once."""
    for name, numbers in {"a": (1, 2), "b": (3, 4), "c": (5,)}.items():
        inbox_fixture.put(f"{name}.csv", *map(sn, numbers))
    capped = inbox_fixture.config(spend={"max_points_night": 3})
    first = inbox_fixture.run(capped)
    assert (3, NightStop.NIGHT_CAP, 3) == (
        inbox_fixture.sandbox.charge_log.points,
        first.summary.stopped,
        first.summary.exit_code,
    )
    second = inbox_fixture.run(capped)
    assert (5, 0, []) == (
        inbox_fixture.sandbox.charge_log.points,
        second.summary.exit_code,
        inbox_fixture.sandbox.charge_log.charged_twice(),
    )
    assert {"a.csv", "b.csv", "c.csv"} <= inbox_fixture.files("done")


def test_the_cap_counts_what_the_same_day_spent_before(inbox_fixture: InboxFixture) -> None:
    """Two nights of one day share it."""
    capped = inbox_fixture.config(spend={"max_points_night": 3})
    inbox_fixture.put("a.csv", sn(1), sn(2))
    inbox_fixture.run(capped)
    inbox_fixture.clock.at -= timedelta(days=1)
    inbox_fixture.put("b.csv", sn(3), sn(4))
    inbox_fixture.run(capped)
    assert 3 == inbox_fixture.sandbox.charge_log.points


def test_an_empty_balance_ends_the_night(inbox_fixture: InboxFixture) -> None:
    """The file it stopped at is put aside; those not begun stay in the inbox untouched."""
    inbox_fixture.sandbox.balance = 1
    inbox_fixture.put("a.csv", sn(1), sn(2), sn(3))
    (inbox_fixture.inbox / "b.csv").write_bytes(inbox_fixture.put("c.csv", sn(4)).read_bytes())
    result = inbox_fixture.run()
    left = {path.name for path in inbox_fixture.inbox.iterdir()} - {".batchsync"}
    assert (NightStop.BALANCE, 3, 2) == (result.summary.stopped, result.summary.exit_code, len(left))
    assert {"a.csv", "a.result.xlsx"} == inbox_fixture.files("attention")


def test_the_canary_stops_a_file_whose_first_orders_fail_alike(inbox_fixture: InboxFixture) -> None:
    """40 orders that the vendor doesn't know: a handful of calls, not forty; the next file goes on."""
    script(inbox_fixture, **{f"n{number}": 1003 for number in range(1, 41)})
    inbox_fixture.put("bad.csv", *map(sn, range(1, 41)))
    inbox_fixture.clock.at += timedelta(seconds=1)
    inbox_fixture.put("good.csv", sn(50))
    config = inbox_fixture.config(pace={"concurrency": 2}, inbox={"canary": 6})
    result = inbox_fixture.run(config)
    calls = sum(account.calls for account in inbox_fixture.sandbox.charge_log.orders.values())
    assert (True, True, {"good.csv", "good.result.xlsx"}) == (
        result.files[0].canary,
        calls <= 4 + 2 + 1,
        inbox_fixture.files("done"),
    )


def test_an_api_that_is_down_ends_the_night_after_two_files(inbox_fixture: InboxFixture) -> None:
    """It isn't the files: the third is not even taken."""
    script(inbox_fixture, **{"*": "http 500"})
    for name in ("a", "b", "c"):
        inbox_fixture.put(f"{name}.csv", *(sn(ord(name) * 100 + place) for place in range(8)))
    result = inbox_fixture.run(inbox_fixture.config(stop={"uncertain_in_a_row": 2}, pace={"concurrency": 1}))
    assert (NightStop.FAILURES, 2, 1) == (result.summary.stopped, result.summary.attention, result.pending)


def test_the_window_closes_and_the_next_night_goes_on(inbox_fixture: InboxFixture) -> None:
    """At 06:00 nothing more is sent; what is left is sent the next night, once."""
    inbox_fixture.put("a.csv", *map(sn, range(1, 31)))
    config = inbox_fixture.config(inbox={"window": "22:00-06:00"}, pace={"concurrency": 1})
    seen = []

    def close_after_a_few(progress: object) -> None:
        seen.append(progress)
        if inbox_fixture.sandbox.charge_log.points >= 3:
            inbox_fixture.clock.at = inbox_fixture.clock.at.replace(hour=6, minute=0)

    inbox_fixture.sandbox.settings = _slow(inbox_fixture)
    result = inbox_fixture.run(config, on_progress=close_after_a_few)
    sent = inbox_fixture.sandbox.charge_log.points
    assert (NightStop.WINDOW, 3, True) == (result.summary.stopped, result.summary.exit_code, 3 <= sent < 30)
    inbox_fixture.clock.at = inbox_fixture.clock.at.replace(hour=23)
    again = inbox_fixture.run(config)
    assert (0, 30, []) == (
        again.summary.exit_code,
        inbox_fixture.sandbox.charge_log.points,
        inbox_fixture.sandbox.charge_log.charged_twice(),
    )


def _slow(inbox_fixture: InboxFixture):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(inbox_fixture.sandbox.settings, latency_s=0.05)


def test_a_night_after_midnight_belongs_to_the_evening_before(inbox_fixture: InboxFixture) -> None:
    """With a window over midnight, one night is one folder."""
    inbox_fixture.clock.at = inbox_fixture.clock.at.replace(hour=2) + timedelta(days=1)
    inbox_fixture.put("a.csv", sn(1))
    inbox_fixture.run(inbox_fixture.config(inbox={"window": "22:00-06:00"}))
    assert (inbox_fixture.folder / "done" / DAY / "a.csv").exists()


# --- Refusals -----------------------------------------------------------------------------------------------


def test_a_second_night_is_refused_and_reported_of_the_first(inbox_fixture: InboxFixture) -> None:
    """It names process and host, and touches nothing."""
    inbox_fixture.put("a.csv", sn(1))
    reported = r"Another nightly run .*nightly 2026-11-24.*process"
    holder = preflight.inbox_lock(
        inbox_fixture.night().paths.state, "nightly 2026-11-24", inbox_fixture.clock
    )
    with holder, pytest.raises(LedgerBusy, match=reported) as caught:
        inbox_fixture.run()
    assert (4, True) == (caught.value.exit_code, (inbox_fixture.inbox / "a.csv").exists())


def test_a_run_that_holds_the_ledger_keeps_a_night_waiting(inbox_fixture: InboxFixture) -> None:
    """Such as one of the web page's: nothing is taken, and the sentence names the run."""
    inbox_fixture.put("a.csv", sn(1))
    config = inbox_fixture.config()
    with open_ledger(config.ledger.url) as ledger:
        account = ledger.account(config.api.url, config.api.account)
        with ledger.lock(account, "web-run"):
            with pytest.raises(LedgerBusy, match="web-run"):
                inbox_fixture.run(config)
            assert (inbox_fixture.inbox / "a.csv").exists()


@pytest.mark.parametrize("held", ["inbox", "ledger"])
def test_a_night_that_waits_for_another_run_can_be_stopped(
    inbox_fixture: InboxFixture, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    """130 at once, however long it was to wait; nothing is taken."""
    inbox_fixture.put("a.csv", sn(1))
    config = inbox_fixture.config(ledger={"wait": 3_600})
    night = inbox_fixture.night(config)
    busy = WriterLock._busy

    def stop_then(lock: WriterLock, *texts: Any) -> LedgerBusy:
        night.stop()
        return busy(lock, *texts)

    async def whole() -> None:
        async with night.lock():
            await night.run()

    with ExitStack() as stack:
        if held == "inbox":
            stack.enter_context(preflight.inbox_lock(night.paths.state, "another", inbox_fixture.clock))
        else:
            ledger = stack.enter_context(open_ledger(config.ledger.url))
            stack.enter_context(ledger.lock(ledger.account(config.api.url, config.api.account), "another"))
        monkeypatch.setattr(WriterLock, "_busy", stop_then)
        with pytest.raises(Interrupted, match="nothing was sent") as caught:
            asyncio.run(whole())
    assert (130, True) == (caught.value.exit_code, (inbox_fixture.inbox / "a.csv").exists())


def test_a_ledger_that_is_not_sound_is_not_worked_with(inbox_fixture: InboxFixture) -> None:
    """Nothing is sent, nothing is taken; the report states why."""
    inbox_fixture.put("a.csv", sn(1))
    inbox_fixture.run()
    path = inbox_fixture.folder / "ledger.db"
    whole = bytearray(path.read_bytes())
    whole[4096 * 2 : 4096 * 6] = b"\xff" * (4096 * 4)
    path.write_bytes(whole)
    inbox_fixture.put("b.csv", sn(2))
    result = inbox_fixture.run()
    assert (2, True, 1) == (
        result.summary.exit_code,
        (inbox_fixture.inbox / "b.csv").exists(),
        inbox_fixture.sandbox.charge_log.points,
    )
    assert inbox_fixture.report is not None
    assert "ledger" in inbox_fixture.report.data.notes[0]


def test_a_disk_without_room_stops_the_night_before_it_begins(inbox_fixture: InboxFixture) -> None:
    """And the next one, with room, does the work."""
    inbox_fixture.put("a.csv", sn(1))
    inbox_fixture.free = lambda _: 1_000_000
    first = inbox_fixture.run()
    inbox_fixture.free = lambda _: 1 << 30
    second = inbox_fixture.run()
    assert (3, NightStop.DISK, 0, 0) == (
        first.summary.exit_code,
        first.summary.stopped,
        first.summary.files,
        second.summary.exit_code,
    )


def test_the_ledger_is_copied_before_each_night(inbox_fixture: InboxFixture) -> None:
    """The copy is a ledger; a fortnight of them is kept."""
    for night in range(16):
        inbox_fixture.put("a.csv", sn(night))
        inbox_fixture.run()
    copies = sorted((inbox_fixture.folder / "ledger.db.nights").glob("*.db"))
    assert (14, "2026-12-09.db") == (len(copies), copies[-1].name)
    with open_ledger(copies[-1], read_only=True) as copy:
        assert (15, []) == (len(copy.runs()), copy.verify())


@pytest.mark.parametrize("folder", [None, Path("/nowhere/inbox")])
def test_no_inbox_is_no_quiet_night(folder: Path | None, inbox_fixture: InboxFixture) -> None:
    """A share that isn't mounted must not look like a night without files."""
    with pytest.raises(SettingsError, match="inbox"):
        NightlyRun(inbox_fixture.config(inbox={"folder": folder}))


def test_an_empty_inbox_is_a_night_too(inbox_fixture: InboxFixture) -> None:
    """It states so, and the report stands."""
    result = inbox_fixture.run()
    assert inbox_fixture.report is not None
    assert (0, "No files.", True) == (
        result.summary.exit_code,
        inbox_fixture.report.data.verdict,
        inbox_fixture.report.html.exists(),
    )


def test_many_small_files_cost_little_each(
    inbox_fixture: InboxFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process is started for all of them, and the disk is waited for a few times a file: that is what takes the time."""
    import os
    import subprocess

    started, synced = [], []
    popen, fsync = subprocess.Popen, os.fsync

    def starting(command: list[str], **how: object) -> object:
        started.append(command[3])
        return popen(command, **how)  # type: ignore[call-overload]

    def syncing(descriptor: int) -> None:
        synced.append(descriptor)
        fsync(descriptor)

    monkeypatch.setattr(subprocess, "Popen", starting)
    monkeypatch.setattr(os, "fsync", syncing)
    for number in range(12):
        inbox_fixture.put(f"{number}.csv", sn(number))
    result = inbox_fixture.run()
    assert (12, ["batchsync.reader.spawn"]) == (result.summary.done, started)
    assert len(synced) <= 12 * 4 + 15


def test_report_finds_input_and_result_where_they_were_filed(inbox_fixture: InboxFixture) -> None:
    """The ledger is reported where files stand now."""
    inbox_fixture.put("a.csv", sn(1))
    result = inbox_fixture.run()
    with open_ledger(inbox_fixture.folder / "ledger.db", read_only=True) as ledger:
        run = ledger.runs()[0]
    place = inbox_fixture.folder / "done" / DAY
    assert (str(place / "a.csv"), str(place / "a.result.xlsx")) == (run.file, run.result)
    assert result.files[0].summary is not None
    assert str(place / "a.result.xlsx") == result.files[0].summary.result
