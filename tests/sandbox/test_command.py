"""The `sandbox` command."""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from batchsync import sandbox
from batchsync.errors import UsageError
from batchsync.messages import sandbox as messages
from batchsync.sandbox import Script
from batchsync.sandbox.command import settings_from
from tests.child_process import end_with_parent

RUN = (
    "import argparse; from batchsync import sandbox; parser = argparse.ArgumentParser(); "
    "sandbox.add_arguments(parser); raise SystemExit(sandbox.main(parser.parse_args()))"
)


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    sandbox.add_arguments(parser)
    return parser.parse_args(arguments)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", str, Path]]:
    charge_log = tmp_path / "charges.jsonl"
    command = [sys.executable, "-c", RUN, "--port", "0", "--charge-log", str(charge_log), "--price", "2"]
    with subprocess.Popen(
        command, **end_with_parent(), stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUTF8": "1"}
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield process, found[0], charge_log
        process.kill()


def post(url: str) -> dict[str, object]:
    request = urllib.request.Request(
        url,
        data=b'{"orderSns":"1","ownerId":"2"}',
        headers={"Authorization": sandbox.SandboxSettings().token, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        content: dict[str, object] = json.load(response)
    return content


def test_it_prints_its_address_responds_and_ends_with_ctrl_c(
    running: tuple["subprocess.Popen[str]", str, Path],
) -> None:
    """The address is printed at once, even into a pipe; SIGINT ends it with 0."""
    process, url, _ = running
    assert {"data": {"success": True, "amount": 2}, "status": 0} == post(url)
    process.send_signal(signal.SIGINT)
    assert 0 == process.wait(10)


def test_its_charge_log_survives_a_kill(running: tuple["subprocess.Popen[str]", str, Path]) -> None:
    """kill -9 right after a response."""
    process, url, charge_log = running
    post(url)
    process.kill()
    process.wait(10)
    assert [("1", 2)] == [
        (entry["order"], entry["points"]) for entry in map(json.loads, charge_log.read_text().splitlines())
    ]


def test_a_port_in_use_is_reported() -> None:
    """With one message, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError) as raised:
        sandbox.main(parsed("--port", str(taken.getsockname()[1])))
    assert messages.PORT_TAKEN is raised.value.text


def test_options_become_settings(tmp_path: Path) -> None:
    """Each of them."""
    script = tmp_path / "script.yaml"
    script.write_text("1: silent\n")
    settings = settings_from(
        parsed(
            *(
                "--port",
                "1",
                "--host",
                "::1",
                "--token",
                "t",
                "--price",
                "2",
                "--balance",
                "3",
                "--rate",
                "4",
            ),
            *(
                "--latency",
                "0.5",
                "--no-amount",
                "--faults",
                "0.6",
                "--seed",
                "7",
                "--only",
                "silent, http 500",
            ),
            *("--script", str(script), "--charge-log", "b"),
        )
    )
    behaviours = settings.script.orders["1"]
    assert (
        sandbox.SandboxSettings(
            port=1,
            host="::1",
            token="t",
            price=2,
            balance=3,
            rate=4,
            latency_s=0.5,
            names_amount=False,
            script=Script(orders={"1": behaviours}, faults=0.6, seed=7, only=("silent", "http 500")),
            charge_log_file=Path("b"),
        )
        == settings
    )


def test_an_unknown_fault_is_rejected() -> None:
    """argparse prints the usage."""
    with pytest.raises(SystemExit):
        parsed("--only", "explode")


def test_its_options_do_not_load_the_server() -> None:
    """`batchsync --help` does not import aiohttp."""
    code = "import sys, batchsync.sandbox; print('aiohttp' in sys.modules, 'yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False False" == done.stdout.strip()
