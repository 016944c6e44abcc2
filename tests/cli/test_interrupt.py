"""Ctrl-C and its kin, without a signal handler of the loop's, since Windows has none."""

import asyncio
import os
import signal
import threading

import pytest

from batchsync.cli.signals import handle_signals


def press(number: int = signal.SIGINT) -> None:
    """Deliver a signal to this process, as a terminal would."""
    os.kill(os.getpid(), number)


async def test_the_first_sends_all_the_second_cancels() -> None:
    """Each is received inside the loop, which a waiting select does not hold up."""
    handle: list[str] = []
    stopped, cancelled = asyncio.Event(), asyncio.Event()

    def stop() -> None:
        handle.append(f"drain in {threading.current_thread().name}")
        stopped.set()

    def cancel() -> None:
        handle.append("abandon")
        cancelled.set()

    with handle_signals(asyncio.get_running_loop(), stop=stop, cancel=cancel):
        press()
        await stopped.wait()
        press(signal.SIGTERM)
        await cancelled.wait()
    assert ["drain in MainThread", "abandon"] == handle


async def test_the_third_leaves_at_once() -> None:
    """Whoever presses three times means it."""
    with handle_signals(asyncio.get_running_loop(), stop=lambda: None, cancel=lambda: None):
        press()
        press()
        with pytest.raises(KeyboardInterrupt):
            press()


async def test_the_old_handlers_come_back() -> None:
    """A caller's own handlers hold again afterwards."""
    before = signal.getsignal(signal.SIGINT)
    with handle_signals(asyncio.get_running_loop(), stop=lambda: None, cancel=lambda: None):
        assert before is not signal.getsignal(signal.SIGINT)
    assert before is signal.getsignal(signal.SIGINT)


async def test_a_system_without_some_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows knows no SIGHUP, and not all know SIGTERM."""
    for name in ("SIGTERM", "SIGHUP"):
        monkeypatch.delattr(signal, name)
    stopped = asyncio.Event()
    with handle_signals(asyncio.get_running_loop(), stop=stopped.set, cancel=lambda: None):
        press()
        await stopped.wait()
    assert stopped.is_set()


async def test_a_script_s_ampersand_does_not_deafen_us() -> None:
    """A shell without job control starts `batchsync run ... &` with SIGINT ignored; `kill -INT` is meant all the same."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    stopped = asyncio.Event()
    try:
        with handle_signals(asyncio.get_running_loop(), stop=stopped.set, cancel=lambda: None):
            press()
            await stopped.wait()
        assert signal.SIG_IGN is signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


async def test_what_is_ignored_stays_ignored() -> None:
    """`nohup batchsync run ...` must survive its terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with handle_signals(asyncio.get_running_loop(), stop=lambda: None, cancel=lambda: None):
            assert signal.SIG_IGN is signal.getsignal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
