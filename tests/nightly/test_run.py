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
from tests.nightly.inbox_fixture import Scene, sn

DAY = "2026-11-24"


def script(scene: Scene, **acts: object) -> None:
    """Say what the vendor does with which order."""
    from dataclasses import replace

    from batchsync.sandbox.script import script_of

    told = {name if name == "*" else sn(int(name[1:])): act for name, act in acts.items()}
    scene.sandbox.settings = replace(scene.sandbox.settings, script=script_of(told))  # type: ignore[arg-type]


def test_a_good_file_and_its_result_are_done(scene: Scene) -> None:
    """Both stand side by side in done/DATE; the file is the one that came."""
    whole = scene.put("orders.csv", sn(1), sn(2)).read_bytes()
    ended = scene.run()
    place = scene.folder / "done" / DAY / "orders.csv"
    assert (0, 2, whole) == (ended.summary.exit_code, ended.summary.points, place.read_bytes())
    assert {"orders.csv", "orders.result.xlsx"} == scene.files("done")


def test_what_needs_a_look_is_put_aside(scene: Scene) -> None:
    """A failed row, an invalid one, a file that is none: attention, with the result where there is one."""
    script(scene, n1=1003)
    scene.put("failed.csv", sn(1), sn(2))
    scene.put("invalid.csv", "1.26E+17")
    (scene.inbox / "photo.xlsx").write_bytes(b"\x89PNG")
    ended = scene.run()
    assert {"failed.csv", "failed.result.xlsx", "invalid.csv", "invalid.result.xlsx", "photo.xlsx"} == (
        scene.files("attention")
    )
    assert (1, 3) == (ended.summary.exit_code, ended.summary.attention)


def test_the_same_file_again_is_recognised_and_costs_nothing(scene: Scene) -> None:
    """By its content, under whatever name."""
    scene.put("orders.csv", sn(1))
    scene.run()
    scene.put("again.csv", sn(1))
    ended = scene.run()
    assert (True, 0, 1) == (
        ended.files[0].same_as.startswith("orders.csv"),
        ended.summary.points,
        scene.sandbox.books.points,
    )


def test_names_that_are_taken_are_left_alone(scene: Scene) -> None:
    """Two files of one name in one night: the second is numbered, and its result with it."""
    scene.put("orders.csv", sn(1))
    scene.run()
    scene.clock.at -= timedelta(days=1)
    scene.put("orders.csv", sn(2))
    scene.run()
    assert {"orders.csv", "orders.result.xlsx", "orders-2.csv", "orders-2.result.xlsx"} == scene.files("done")


def test_what_is_none_of_ours_is_left(scene: Scene) -> None:
    """Links, lock files, part files, hidden files and strange folders stay, and are told of."""
    (scene.inbox / "~$orders.xlsx").write_bytes(b"x")
    (scene.inbox / "orders.xlsx.part").write_bytes(b"x")
    (scene.inbox / ".hidden").write_bytes(b"x")
    (scene.inbox / "link.csv").symlink_to("/etc/hostname")
    (scene.inbox / "strange").mkdir()
    (scene.inbox / "strange" / "orders.csv").write_text("x")
    before = {path.name for path in scene.inbox.iterdir()}
    ended = scene.run()
    assert before == {path.name for path in scene.inbox.iterdir()} - {".batchsync"}
    assert {
        "~$orders.xlsx": SkipReason.UNFINISHED,
        "orders.xlsx.part": SkipReason.UNFINISHED,
        "link.csv": SkipReason.LINK,
        "strange": SkipReason.FOREIGN_FOLDER,
    } == ended.left


def test_hostile_names_are_filed_harmlessly(scene: Scene) -> None:
    """Control characters and what Windows can't take are replaced; nothing leaves its folder."""
    scene.put("a\nb:c<script>.csv", sn(1))
    scene.put("-rf.csv", sn(2))
    scene.run()
    assert {"a_b_c_script_.csv", "a_b_c_script_.result.xlsx", "_-rf.csv", "_-rf.result.xlsx"} == scene.files(
        "done"
    )


# --- NAME.yaml and folder.yaml ------------------------------------------------------------------------------


def test_a_merchants_folder_and_a_files_own_yaml(scene: Scene) -> None:
    """The folder names the merchant; the file's own yaml wins, and goes where the file goes."""
    (scene.inbox / "shop").mkdir()
    (scene.inbox / "shop" / "folder.yaml").write_text("owner_id: 0099\n")
    (scene.inbox / "shop" / "a.csv").write_text(f"order_sn\n{sn(1)}\n")
    (scene.inbox / "shop" / "b.csv").write_text(f"order_sn\n{sn(2)}\n")
    (scene.inbox / "shop" / "b.yaml").write_text("owner_id: 55\nmax_points: 10\nrate: 100\n")
    scene.run()
    assert {("0099", sn(1)), ("55", sn(2))} == set(scene.sandbox.books.accounts)
    assert {"shop/a.csv", "shop/a.result.xlsx", "shop/b.csv", "shop/b.result.xlsx", "shop/b.yaml"} == (
        scene.files("done")
    )


@pytest.mark.parametrize("text", ["owner: 5", "max_points: -1", "max_points: [1]", "a: b: c", "rate: fast"])
def test_a_yaml_that_cannot_be_followed_sends_nothing(text: str, scene: Scene) -> None:
    """The file is put aside with the reason: nobody knows what it should have been."""
    scene.put("orders.csv", sn(1))
    (scene.inbox / "orders.yaml").write_text(text)
    ended = scene.run()
    assert (0, True) == (scene.sandbox.books.points, "orders.yaml" in ended.files[0].said[0].en)


def test_a_merchants_folder_that_lost_its_yaml_sends_nothing(scene: Scene) -> None:
    """Its file is on the desk already: without the folder.yaml it would be sent for the merchant of the settings."""
    (scene.inbox / "shop").mkdir()
    (scene.inbox / "shop" / "folder.yaml").write_text("owner_id: 0099\n")
    (scene.inbox / "shop" / "a.csv").write_text(f"order_sn\n{sn(1)}\n")
    desk = Workspace(scene.night().places)
    (waiting,) = scan(scene.inbox).files.values()
    desk.take(waiting, scene.clock.now())
    (scene.inbox / "shop" / "folder.yaml").unlink()
    ended = scene.run(scene.config(input=InputSettings(owner_id="1")))
    assert (0, {"shop/a.csv"}) == (scene.sandbox.books.points, scene.files("attention"))
    assert "folder.yaml" in ended.files[0].said[0].en


def test_a_yaml_that_a_kill_left_in_the_inbox_still_holds(scene: Scene) -> None:
    """The night died between taking the file and taking its yaml: whose orders they are must not change."""
    (scene.inbox / "a.csv").write_text(f"order_sn\n{sn(1)}\n")
    (scene.inbox / "a.yaml").write_text("owner_id: 55\n")
    desk = Workspace(scene.night().places)
    (waiting,) = scan(scene.inbox).files.values()
    ticket = desk.take(waiting, scene.clock.now())
    assert ticket is not None
    (desk.folder_of(ticket) / "a.yaml").rename(scene.inbox / "a.yaml")
    scene.run(scene.config(input=InputSettings(owner_id="1")))
    assert {("55", sn(1))} == set(scene.sandbox.books.accounts)
    assert {"a.csv", "a.yaml", "a.result.xlsx"} == scene.files("done")


def test_a_yaml_can_only_lower_the_cap(scene: Scene) -> None:
    """Who may drop files may not raise what the settings allow."""
    scene.put("orders.csv", *map(sn, range(1, 6)))
    (scene.inbox / "orders.yaml").write_text("max_points: 100\n")
    scene.run(scene.config(spend={"max_points": 2}))
    assert 2 == scene.sandbox.books.points


# --- Stops --------------------------------------------------------------------------------------------------


def test_the_nights_cap_holds_over_all_files_and_the_rest_goes_on(scene: Scene) -> None:
    """3 points a night: the third file waits half done and is finished the next night, each order once."""
    for name, numbers in {"a": (1, 2), "b": (3, 4), "c": (5,)}.items():
        scene.put(f"{name}.csv", *map(sn, numbers))
    capped = scene.config(spend={"max_points_night": 3})
    first = scene.run(capped)
    assert (3, NightStop.NIGHT_CAP, 3) == (
        scene.sandbox.books.points,
        first.summary.stopped,
        first.summary.exit_code,
    )
    second = scene.run(capped)
    assert (5, 0, []) == (
        scene.sandbox.books.points,
        second.summary.exit_code,
        scene.sandbox.books.charged_twice(),
    )
    assert {"a.csv", "b.csv", "c.csv"} <= scene.files("done")


def test_the_cap_counts_what_the_same_day_spent_before(scene: Scene) -> None:
    """Two nights of one day share it."""
    capped = scene.config(spend={"max_points_night": 3})
    scene.put("a.csv", sn(1), sn(2))
    scene.run(capped)
    scene.clock.at -= timedelta(days=1)
    scene.put("b.csv", sn(3), sn(4))
    scene.run(capped)
    assert 3 == scene.sandbox.books.points


def test_an_empty_balance_ends_the_night(scene: Scene) -> None:
    """The file it stopped at is put aside; those not begun stay in the inbox untouched."""
    scene.sandbox.balance = 1
    scene.put("a.csv", sn(1), sn(2), sn(3))
    (scene.inbox / "b.csv").write_bytes(scene.put("c.csv", sn(4)).read_bytes())
    ended = scene.run()
    left = {path.name for path in scene.inbox.iterdir()} - {".batchsync"}
    assert (NightStop.BALANCE, 3, 2) == (ended.summary.stopped, ended.summary.exit_code, len(left))
    assert {"a.csv", "a.result.xlsx"} == scene.files("attention")


def test_the_canary_stops_a_file_whose_first_orders_fail_alike(scene: Scene) -> None:
    """40 orders that the vendor doesn't know: a handful of calls, not forty; the next file goes on."""
    script(scene, **{f"n{number}": 1003 for number in range(1, 41)})
    scene.put("bad.csv", *map(sn, range(1, 41)))
    scene.clock.at += timedelta(seconds=1)
    scene.put("good.csv", sn(50))
    config = scene.config(pace={"concurrency": 2}, inbox={"canary": 6})
    ended = scene.run(config)
    calls = sum(account.calls for account in scene.sandbox.books.accounts.values())
    assert (True, True, {"good.csv", "good.result.xlsx"}) == (
        ended.files[0].canary,
        calls <= 4 + 2 + 1,
        scene.files("done"),
    )


def test_an_api_that_is_down_ends_the_night_after_two_files(scene: Scene) -> None:
    """It isn't the files: the third is not even taken."""
    script(scene, **{"*": "http 500"})
    for name in ("a", "b", "c"):
        scene.put(f"{name}.csv", *(sn(ord(name) * 100 + place) for place in range(8)))
    ended = scene.run(scene.config(stop={"uncertain_in_a_row": 2}, pace={"concurrency": 1}))
    assert (NightStop.FAILURES, 2, 1) == (ended.summary.stopped, ended.summary.attention, ended.waits)


def test_the_window_closes_and_the_next_night_goes_on(scene: Scene) -> None:
    """At 06:00 nothing more is sent; what is left is sent the next night, once."""
    scene.put("a.csv", *map(sn, range(1, 31)))
    config = scene.config(inbox={"window": "22:00-06:00"}, pace={"concurrency": 1})
    seen = []

    def close_after_a_few(progress: object) -> None:
        seen.append(progress)
        if scene.sandbox.books.points >= 3:
            scene.clock.at = scene.clock.at.replace(hour=6, minute=0)

    scene.sandbox.settings = _slow(scene)
    ended = scene.run(config, on_progress=close_after_a_few)
    sent = scene.sandbox.books.points
    assert (NightStop.WINDOW, 3, True) == (ended.summary.stopped, ended.summary.exit_code, 3 <= sent < 30)
    scene.clock.at = scene.clock.at.replace(hour=23)
    again = scene.run(config)
    assert (0, 30, []) == (
        again.summary.exit_code,
        scene.sandbox.books.points,
        scene.sandbox.books.charged_twice(),
    )


def _slow(scene: Scene):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(scene.sandbox.settings, latency_s=0.05)


def test_a_night_after_midnight_belongs_to_the_evening_before(scene: Scene) -> None:
    """With a window over midnight, one night is one folder."""
    scene.clock.at = scene.clock.at.replace(hour=2) + timedelta(days=1)
    scene.put("a.csv", sn(1))
    scene.run(scene.config(inbox={"window": "22:00-06:00"}))
    assert (scene.folder / "done" / DAY / "a.csv").exists()


# --- Refusals -----------------------------------------------------------------------------------------------


def test_a_second_night_is_refused_and_told_of_the_first(scene: Scene) -> None:
    """It names process and host, and touches nothing."""
    scene.put("a.csv", sn(1))
    told = r"Another night .*nightly 2026-11-24.*process"
    holder = preflight.inbox_lock(scene.night().places.memory, "nightly 2026-11-24", scene.clock)
    with holder, pytest.raises(LedgerBusy, match=told) as caught:
        scene.run()
    assert (4, True) == (caught.value.exit_code, (scene.inbox / "a.csv").exists())


def test_a_run_that_holds_the_ledger_keeps_a_night_waiting(scene: Scene) -> None:
    """Such as one of the web page's: nothing is taken, and the sentence names the run."""
    scene.put("a.csv", sn(1))
    config = scene.config()
    with open_ledger(config.ledger.url) as ledger:
        account = ledger.account(config.api.url, config.api.account)
        with ledger.lock(account, "web-run"):
            with pytest.raises(LedgerBusy, match="web-run"):
                scene.run(config)
            assert (scene.inbox / "a.csv").exists()


@pytest.mark.parametrize("held", ["inbox", "ledger"])
def test_a_night_that_waits_for_another_run_can_be_stopped(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    """130 at once, however long it was to wait; nothing is taken."""
    scene.put("a.csv", sn(1))
    config = scene.config(ledger={"wait": 3_600})
    night = scene.night(config)
    busy = WriterLock._busy

    def stop_then(lock: WriterLock, *texts: Any) -> LedgerBusy:
        night.stop()
        return busy(lock, *texts)

    async def whole() -> None:
        async with night.alone():
            await night.run()

    with ExitStack() as stack:
        if held == "inbox":
            stack.enter_context(preflight.inbox_lock(night.places.memory, "another", scene.clock))
        else:
            ledger = stack.enter_context(open_ledger(config.ledger.url))
            stack.enter_context(ledger.lock(ledger.account(config.api.url, config.api.account), "another"))
        monkeypatch.setattr(WriterLock, "_busy", stop_then)
        with pytest.raises(Interrupted, match="nothing was sent") as caught:
            asyncio.run(whole())
    assert (130, True) == (caught.value.exit_code, (scene.inbox / "a.csv").exists())


def test_a_ledger_that_is_not_sound_is_not_worked_with(scene: Scene) -> None:
    """Nothing is sent, nothing is taken; the report says why."""
    scene.put("a.csv", sn(1))
    scene.run()
    path = scene.folder / "ledger.db"
    whole = bytearray(path.read_bytes())
    whole[4096 * 2 : 4096 * 6] = b"\xff" * (4096 * 4)
    path.write_bytes(whole)
    scene.put("b.csv", sn(2))
    ended = scene.run()
    assert (2, True, 1) == (
        ended.summary.exit_code,
        (scene.inbox / "b.csv").exists(),
        scene.sandbox.books.points,
    )
    assert scene.report is not None
    assert "ledger" in scene.report.page.notes[0]


def test_a_disk_without_room_stops_the_night_before_it_begins(scene: Scene) -> None:
    """And the next one, with room, does the work."""
    scene.put("a.csv", sn(1))
    scene.free = lambda _: 1_000_000
    first = scene.run()
    scene.free = lambda _: 1 << 30
    second = scene.run()
    assert (3, NightStop.DISK, 0, 0) == (
        first.summary.exit_code,
        first.summary.stopped,
        first.summary.files,
        second.summary.exit_code,
    )


def test_the_ledger_is_copied_before_each_night(scene: Scene) -> None:
    """The copy is a ledger; a fortnight of them is kept."""
    for night in range(16):
        scene.put("a.csv", sn(night))
        scene.run()
    copies = sorted((scene.folder / "ledger.db.nights").glob("*.db"))
    assert (14, "2026-12-09.db") == (len(copies), copies[-1].name)
    with open_ledger(copies[-1], read_only=True) as copy:
        assert (15, []) == (len(copy.runs()), copy.verify())


@pytest.mark.parametrize("folder", [None, Path("/nowhere/inbox")])
def test_no_inbox_is_no_quiet_night(folder: Path | None, scene: Scene) -> None:
    """A share that isn't mounted must not look like a night without files."""
    with pytest.raises(SettingsError, match="inbox"):
        NightlyRun(scene.config(inbox={"folder": folder}))


def test_an_empty_inbox_is_a_night_too(scene: Scene) -> None:
    """It says so, and the report stands."""
    ended = scene.run()
    assert scene.report is not None
    assert (0, "Nothing came.", True) == (
        ended.summary.exit_code,
        scene.report.page.verdict,
        scene.report.html.exists(),
    )


def test_many_small_files_cost_little_each(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
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
        scene.put(f"{number}.csv", sn(number))
    ended = scene.run()
    assert (12, ["batchsync.reader.spawn"]) == (ended.summary.done, started)
    assert len(synced) <= 12 * 4 + 15


def test_report_finds_input_and_result_where_they_were_filed(scene: Scene) -> None:
    """The ledger is told where files stand now."""
    scene.put("a.csv", sn(1))
    ended = scene.run()
    with open_ledger(scene.folder / "ledger.db", read_only=True) as ledger:
        run = ledger.runs()[0]
    place = scene.folder / "done" / DAY
    assert (str(place / "a.csv"), str(place / "a.result.xlsx")) == (run.file, run.result)
    assert ended.files[0].summary is not None
    assert str(place / "a.result.xlsx") == ended.files[0].summary.result
