"""How a file comes in: whole, once, and found again after a kill at any step."""

import errno
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from batchsync import fsutil
from batchsync.nightly.inbox import MAX_NAME_BYTES, SkipReason, safe_name, scan, stable_files
from batchsync.nightly.state import NightState
from batchsync.nightly.workspace import Workspace
from tests.nightly.inbox_fixture import InboxFixture, sn

MEGA = 1 << 20
DAY = "2026-11-24"


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


# --- Whole --------------------------------------------------------------------------------------------------


def test_a_file_copied_in_slowly_is_not_touched_before_it_is_whole(inbox_fixture: InboxFixture) -> None:
    """1 MB a second for ten seconds: left alone while it grows, then worked on once."""
    row = f"{sn(1)},7,".encode() + b"x" * 100 + b"\n"
    rest = b"order_sn,mall_id,note\n" + row + (b"\n" * MEGA * 10)
    path = inbox_fixture.inbox / "slow.csv"
    written, taken_at = 0, []
    clock = 0.0

    async def second(seconds: float) -> None:
        nonlocal written, clock
        clock += seconds
        while written < min(len(rest), int(clock) * MEGA):
            with path.open("ab") as file:
                file.write(rest[written : written + MEGA])
            written += MEGA
            os.utime(path, ns=(0, 0))  # a copier that sets an old time, as many do

    (inbox_fixture.inbox / "slow.csv").touch()
    queue_take = Workspace.take

    def noting(queue: Workspace, waiting: Any, at: Any) -> Any:
        taken_at.append((clock, waiting.fingerprint[0]))
        return queue_take(queue, waiting, at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "take", noting)
        result = inbox_fixture.run(inbox_fixture.config(inbox={"settle": 2}), sleep=second)
    ((at, size),) = taken_at
    assert (len(rest), 1, 1) == (size, result.summary.files, inbox_fixture.sandbox.charge_log.points)
    assert at >= 12


def test_a_file_that_is_never_whole_is_left(inbox_fixture: InboxFixture) -> None:
    """After ten minutes of waiting the night ends; the file is still in the inbox."""
    path = inbox_fixture.inbox / "endless.csv"
    waited = 0.0

    async def grow(seconds: float) -> None:
        nonlocal waited
        waited += seconds
        with path.open("ab") as file:
            file.write(b"x")

    path.touch()
    result = inbox_fixture.run(inbox_fixture.config(inbox={"settle": 10}), sleep=grow)
    assert (0, True, 600, {"endless.csv": SkipReason.CHANGING}) == (
        result.summary.files,
        path.exists(),
        waited,
        result.skipped,
    )


def test_a_file_dropped_in_meanwhile_is_worked_on_too(inbox_fixture: InboxFixture) -> None:
    """A night looks again before it ends."""
    inbox_fixture.put("a.csv", sn(1))

    def drop(_progress: object) -> None:
        if not inbox_fixture.files("done") and not (inbox_fixture.inbox / "b.csv").exists():
            inbox_fixture.put("b.csv", sn(2))

    inbox_fixture.run(on_progress=drop)
    assert {"a.csv", "a.result.xlsx", "b.csv", "b.result.xlsx"} == inbox_fixture.files("done")


def test_only_files_that_look_the_same_twice_have_settled(tmp_path: Path) -> None:
    """A byte more, or the same bytes written anew, and it hasn't."""
    for name in ("still", "grown", "rewritten"):
        (tmp_path / name).write_text("1")
    before = scan(tmp_path)
    (tmp_path / "grown").write_text("12")
    (tmp_path / "new").write_text("1")
    beside = tmp_path / ".rewritten"
    beside.write_text("2")
    beside.replace(tmp_path / "rewritten")
    assert [tmp_path / "still"] == [waiting.path for waiting in stable_files(before, scan(tmp_path))]


def test_a_file_that_changes_at_the_last_moment_is_left(inbox_fixture: InboxFixture) -> None:
    """Between the second look and the move it is looked at once more."""
    path = inbox_fixture.put("a.csv", sn(1))
    (waiting,) = scan(inbox_fixture.inbox).files.values()
    path.write_text("other")
    night = inbox_fixture.night()
    assert (None, True) == (Workspace(night.paths).take(waiting, inbox_fixture.clock.now()), path.exists())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("订单 (1).xlsx", "订单 (1).xlsx"),
        ("a/b\\c:d.csv", "a_b_c_d.csv"),
        ("..", "_"),
        ("CON.csv", "_CON.csv"),
        ("a\u202ecsv.exe", "a_csv.exe"),
        ("x. ", "x"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    """Plain ones stay as they are."""
    assert safe == safe_name(name)


def test_endless_names_keep_their_suffix() -> None:
    """They are cut where every file system takes them."""
    cut = safe_name("订" * 300 + ".xlsx")
    assert (True, True) == (len(cut.encode()) <= MAX_NAME_BYTES, cut.endswith(".xlsx"))


# --- After a kill -------------------------------------------------------------------------------------------

STEPS: dict[str, tuple[Any, str]] = {
    "ticket": (fsutil, "atomic_write"),
    "move": (fsutil, "move"),
    "line": (fsutil, "append_line"),
    "take": (Workspace, "take"),
    "prepare": (Workspace, "prepare"),
    "decide": (Workspace, "decide"),
    "file": (Workspace, "archive"),
    "clear": (Workspace, "clear"),
    "end": (NightState, "end"),
    "put away": (NightState, "_close"),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_night_killed_at_any_step_is_taken_up(
    step: str, after: bool, inbox_fixture: InboxFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time this step comes, once: killed there; then again from the start, until a night ends. Nothing is lost or paid twice."""
    files = {
        inbox_fixture.put("a.csv", sn(1), sn(2)).read_bytes(),
        inbox_fixture.put("b.csv", sn(3), "1.26E+17").read_bytes(),
    }
    (inbox_fixture.inbox / "a.yaml").write_text("rate: 500\n")
    home, name = STEPS[step]
    real = getattr(home, name)
    kills = [2, 3] if step in ("ticket", "move", "line") else [1, 2]
    calls = 0

    def killed(*given: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        dies = calls in kills
        if dies and not after:
            raise Killed
        result = real(*given, **more)
        if dies:
            raise Killed
        return result

    monkeypatch.setattr(home, name, killed)
    nights = 0
    while True:
        nights += 1
        try:
            inbox_fixture.run()
        except Killed:
            continue
        break
    monkeypatch.undo()
    found = [path.read_bytes() for path in inbox_fixture.folder.rglob("*.csv")]
    assert (files, 2) == (set(found), len(found))
    assert {"a.csv", "a.result.xlsx", "a.yaml"} == inbox_fixture.files("done")
    assert {"b.csv", "b.result.xlsx"} == inbox_fixture.files("attention")
    assert (3, []) == (
        inbox_fixture.sandbox.charge_log.points,
        inbox_fixture.sandbox.charge_log.charged_twice(),
    )
    assert nights > 1
    assert 3 == sum(night.points for night in NightState(inbox_fixture.inbox / ".batchsync").history())


def test_a_night_killed_on_one_day_is_reported_on_the_next(inbox_fixture: InboxFixture) -> None:
    """What was filed before the kill stays where it is; the new day's report reports both parts, and the points once."""
    inbox_fixture.put("a.csv", sn(1))
    inbox_fixture.put("b.csv", sn(2), sn(3))

    def die(_progress: object) -> None:
        if inbox_fixture.sandbox.charge_log.points == 3 and inbox_fixture.files("done"):
            raise Killed

    with pytest.raises((Killed, BaseExceptionGroup)):
        inbox_fixture.run(on_progress=die)
    inbox_fixture.clock.at += timedelta(days=1)
    result = inbox_fixture.run()
    assert inbox_fixture.report is not None
    assert (True, "2026-11-25", "2026-11-25.html") == (
        result.summary.cut_off,
        result.summary.night,
        inbox_fixture.report.html.name,
    )
    paths = {path.parent.name for path in (inbox_fixture.folder / "done").rglob("*.csv")}
    assert ({"2026-11-24", "2026-11-25"}, {"a.csv", "b.csv"}) == (
        paths,
        {each.shown for each in result.files},
    )
    assert 3 == result.summary.points + result.summary.points_possible
    assert ["2026-11-25"] == [
        night.night for night in NightState(inbox_fixture.inbox / ".batchsync").history()
    ]


def test_the_name_of_a_night_that_was_taken_up_is_not_given_again(inbox_fixture: InboxFixture) -> None:
    """Runs are known by their night's name: after a clock was set back, another of that name would be reported their points, too."""

    def die(_progress: object) -> None:
        raise Killed

    inbox_fixture.put("a.csv", sn(1))
    with pytest.raises((Killed, BaseExceptionGroup)):
        inbox_fixture.run(on_progress=die)
    inbox_fixture.clock.at += timedelta(days=1)
    inbox_fixture.run()
    inbox_fixture.clock.at -= timedelta(days=2)
    inbox_fixture.put("b.csv", sn(2))
    assert "2026-11-24-2" == inbox_fixture.run().summary.night
    history = NightState(inbox_fixture.inbox / ".batchsync").history()
    assert [("2026-11-25", ("2026-11-24",)), ("2026-11-24-2", ())] == [
        (night.night, night.also) for night in history
    ]


def test_a_ticket_lost_in_a_power_cut_is_found_anew(inbox_fixture: InboxFixture) -> None:
    """The file lies in its folder; that is enough."""
    inbox_fixture.put("shop/a.csv", sn(1))
    (inbox_fixture.inbox / "shop" / "folder.yaml").write_text("")
    (waiting,) = scan(inbox_fixture.inbox).files.values()
    paths = inbox_fixture.night().paths
    queue = Workspace(paths)
    file = queue.take(waiting, inbox_fixture.clock.now())
    assert file is not None
    (queue.folder_of(file) / "ticket.json").write_bytes(b"\0" * 50)
    inbox_fixture.run()
    assert {"shop/a.csv", "shop/a.result.xlsx"} == inbox_fixture.files("done")


def test_what_is_written_to_a_file_after_it_was_taken_is_kept(inbox_fixture: InboxFixture) -> None:
    """Somebody's program still had it open: what was sent and what it became are both filed."""
    path = inbox_fixture.put("a.csv", sn(1))
    with path.open("a") as still_open:

        def write_more(_progress: object) -> None:
            still_open.write(f"{sn(2)},7\n")
            still_open.flush()

        inbox_fixture.run(on_progress=write_more)
    assert {"a.csv", "a.result.xlsx", "a.as-sent.csv"} == inbox_fixture.files("done")


def test_a_file_that_three_nights_died_over_is_put_aside(
    inbox_fixture: InboxFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would keep the inbox shut for ever."""
    from batchsync.job import Job

    async def dies(*_given: object) -> None:
        raise Killed

    inbox_fixture.put("poison.csv", sn(1))
    with monkeypatch.context() as patch:
        patch.setattr(Job, "run", dies)
        for _ in range(3):
            with pytest.raises(Killed):
                inbox_fixture.run()
    result = inbox_fixture.run()
    assert ({"poison.csv"}, "3 times" in result.files[0].problems[0].en) == (
        inbox_fixture.files("attention"),
        True,
    )


def test_a_bug_of_ours_costs_one_file(inbox_fixture: InboxFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on; exit code 70."""
    from batchsync.job import Job

    real = Job.run

    async def breaks(job: Job, path: Path, *given: Any) -> Any:
        if path.name == "a.csv":
            raise ZeroDivisionError
        return await real(job, path, *given)

    monkeypatch.setattr(Job, "run", breaks)
    inbox_fixture.put("a.csv", sn(1))
    inbox_fixture.put("b.csv", sn(2))
    result = inbox_fixture.run()
    assert (70, {"a.csv"}, {"b.csv", "b.result.xlsx"}) == (
        result.summary.exit_code,
        inbox_fixture.files("attention"),
        inbox_fixture.files("done"),
    )


def test_moving_to_another_disk_copies_and_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename can't cross disks: the copy is whole before the source goes."""

    source, target = tmp_path / "a", tmp_path / "there" / "a"
    source.write_text("content")

    def other_disk(_self: Path, _target: Path) -> None:
        raise OSError(errno.EXDEV, "cross-device link")

    def no_link(one: Path, other: Path, **_: object) -> None:
        if one == source:
            other_disk(one, other)
        link(one, other)

    link = os.link
    monkeypatch.setattr(os, "link", no_link)
    target.parent.mkdir()
    target.write_text("theirs")
    with pytest.raises(FileExistsError):
        fsutil.move(source, target)
    assert ([target], "theirs") == (list(target.parent.iterdir()), target.read_text())
    target.unlink()
    fsutil.move(source, target)
    assert ("content", False) == (target.read_text(), source.exists())
    source.write_text("content")  # killed before the source went
    fsutil.move(source, target)
    assert ([target], False) == (list(target.parent.iterdir()), source.exists())


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_moving_never_takes_the_place_of_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """Both files are whole afterwards, also where the file system knows no second names."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", refused)
    ours, theirs = tmp_path / "a", tmp_path / "done" / "a"
    theirs.parent.mkdir()
    ours.write_text("ours")
    theirs.write_text("theirs")
    with pytest.raises(FileExistsError):
        fsutil.move(ours, theirs)
    assert ("ours", "theirs") == (ours.read_text(), theirs.read_text())
    fsutil.move(ours, theirs.with_name("b"))
    assert ("ours", False) == (theirs.with_name("b").read_text(), ours.exists())


@pytest.mark.skipif(sys.platform == "win32", reason="renames at once")
def test_moving_goes_on_where_it_was_killed_between_two_names(tmp_path: Path) -> None:
    """One file under both names is one that was being moved."""
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("content")
    os.link(source, target)
    fsutil.move(source, target)
    assert ("content", False) == (target.read_text(), source.exists())


def test_a_name_that_is_taken_while_a_night_files_is_left_alone(
    inbox_fixture: InboxFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody saves a file of that name into done/ between the decision and the move: both are there in the report."""
    ours = inbox_fixture.put("a.csv", sn(1)).read_bytes()
    place = inbox_fixture.folder / "done" / DAY / "a.csv"
    decide = Workspace.decide

    def decide_then(queue: Workspace, *given: Any) -> Any:
        decided = decide(queue, *given)
        place.parent.mkdir(parents=True)
        place.write_text("theirs")
        return decided

    monkeypatch.setattr(Workspace, "decide", decide_then)
    result = inbox_fixture.run()
    (filed,) = result.files
    assert ("theirs", ours) == (place.read_text(), place.with_name("a-2.csv").read_bytes())
    assert (0, str(place.with_name("a-2.csv"))) == (result.summary.exit_code, filed.place)
