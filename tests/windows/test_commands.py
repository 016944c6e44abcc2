"""The commands on Windows: check, run, Ctrl-C, TerminateProcess, nightly, watch, web, demo, and odd paths."""

import json
import re
import sys
import urllib.request

import pytest

from tests.windows import wine
from tests.windows.conftest import TIMEOUT_S, WindowsMachine, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="starts Wine itself"),
    pytest.mark.timeout(4 * TIMEOUT_S),
]
TERMINATE_AT = """
import json, subprocess, sys, time, urllib.request
calls, charges, *command = sys.argv[1:]
process = subprocess.Popen([sys.executable, "-m", "batchsync", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while json.load(urllib.request.urlopen(charges))["points"] < int(calls):
    assert process.poll() is None, process.returncode
    time.sleep(0.02)
process.terminate()
process.wait()
"""


def totals(stdout: str) -> dict[str, object]:
    (summary,) = json.loads(stdout)
    return dict(summary)


def test_check_sends_nothing_and_run_sends_once(windows: WindowsMachine) -> None:
    windows.put("orders.csv", 1, 20)
    checked = windows.run("check", "orders.csv")
    assert (0, (0, [])) == (checked.returncode, windows.charges()), checked.stderr
    for _ in range(2):
        ran = windows.run("run", "orders.csv", "--no-progress")
        assert (0, (20, [])) == (ran.returncode, windows.charges()), ran.stderr
    assert (windows.folder / "orders.result.xlsx").is_file()


def test_ctrl_c_in_a_console_finishes_the_calls_under_way(windows: WindowsMachine) -> None:
    windows.put("orders.csv", 1, 200)
    windows.set_latency(0.2)
    code, screen = windows.run_in_console(
        *("run", "orders.csv", "--concurrency", "4"),
        press_ctrl_c_after=lambda: windows.sandbox.charge_log.points > 4,
    )
    sent = windows.sandbox.charge_log.points
    assert (130, True) == (code, 4 < sent < 200), screen
    assert (windows.folder / "orders.result.xlsx").is_file()
    windows.set_latency(0)
    ran = windows.run("run", "orders.csv", "--no-progress", "--summary-json", "-")
    assert (0, (200, [])) == (ran.returncode, windows.charges()), ran.stderr
    assert 200 - sent == totals(ran.stdout)["points_spent"]


def test_a_terminated_run_is_resumed_without_a_second_charge(windows: WindowsMachine) -> None:
    windows.put("orders.csv", 1, 100)
    windows.set_latency(0.2)
    charges = f"{windows.sandbox.origin}/charges"
    killed = windows.run_script(TERMINATE_AT, "8", charges, "run", "orders.csv", "--concurrency", "4")
    assert 0 == killed.returncode, killed.stderr
    windows.set_latency(0)
    ran = windows.run("run", "orders.csv", "--no-progress", "--summary-json", "-")
    summary = totals(ran.stdout)
    points, twice = windows.charges()
    assert ([], 100) == (
        twice,
        int(str(summary["synced"])) + int(str(summary["already_synced"])) + int(str(summary["uncertain"])),
    )
    assert 1 <= int(str(summary["uncertain"])) <= 4
    assert 100 - int(str(summary["uncertain"])) <= points <= 100


def test_of_two_runs_at_once_the_second_is_refused(windows: WindowsMachine) -> None:
    windows.put("orders.csv", 1, 60)
    windows.set_latency(2)
    first = windows.start("run", "orders.csv", "--no-progress", "--concurrency", "2")
    wait_until(lambda: windows.sandbox.charge_log.calls, first)
    windows.variables["BATCHSYNC_LEDGER__WAIT"] = "0"
    second = windows.run("run", "orders.csv", "--no-progress")
    windows.set_latency(0)
    first.communicate(timeout=TIMEOUT_S)
    assert (0, 4, (60, [])) == (first.returncode, second.returncode, windows.charges())


@pytest.mark.parametrize(
    "name",
    [
        "with spaces/my orders.csv",
        "订单/拼多多 订单（11月）.csv",
        "/".join(["n" * 60] * 5) + "/orders.csv",
        "CON orders.csv",
    ],
)
def test_odd_paths(windows: WindowsMachine, name: str) -> None:
    """Spaces, Chinese, 300 characters, a name that begins like a device: the result is in the place that the summary names.

    Beside a path of 300 characters no file can be created under Wine; the result is then in the user's data folder.
    """
    path = windows.put(name, 1, 3)
    ran = windows.run("run", wine.windows_path(path), "--no-progress", "--summary-json", "-")
    assert (0, (3, [])) == (ran.returncode, windows.charges()), ran.stderr
    assert wine.local_path(str(totals(ran.stdout)["result"])).is_file(), ran.stderr


@pytest.mark.parametrize("name", ["CON", "nul", "COM1.csv"])
def test_a_device_is_not_read(windows: WindowsMachine, name: str) -> None:
    ran = windows.run("check", name)
    assert (2, False) == (ran.returncode, "Traceback" in ran.stderr), ran.stderr


def test_a_chinese_console_of_code_page_936(windows: WindowsMachine) -> None:
    windows.put("订单.csv", 1, 2)
    windows.variables |= {
        "LC_ALL": "zh_CN.UTF-8",
        "BATCHSYNC_OUTPUT__LANGUAGE": "zh",
        "PYTHONIOENCODING": "gbk",
    }
    ran = windows.run("check", "订单\U0001f600.csv")
    assert (2, False) == (ran.returncode, "Traceback" in ran.stderr), ran.stderr


def test_a_result_held_open_by_another_program_is_written_beside_it(windows: WindowsMachine) -> None:
    windows.put("orders.csv", 1, 2)
    assert 0 == windows.run("run", "orders.csv", "--no-progress").returncode
    windows.put("orders.csv", 1, 3)
    hold = (
        "import ctypes, subprocess, sys\n"
        "handle = ctypes.windll.kernel32.CreateFileW(sys.argv[1], 0x80000000, 1, None, 3, 0, None)\n"
        "assert handle not in (-1, 0)\n"
        "ran = subprocess.run([sys.executable, '-m', 'batchsync', 'run', 'orders.csv', '--no-progress'])\n"
        "sys.exit(ran.returncode)\n"
    )
    ran = windows.run_script(hold, "orders.result.xlsx")
    assert (0, (3, [])) == (ran.returncode, windows.charges()), ran.stderr
    assert 2 == len(list(windows.folder.glob("orders.result*.xlsx"))), ran.stderr


def test_nightly_takes_every_file_that_is_complete(windows: WindowsMachine) -> None:
    """Good and bad files are taken, one that another program holds open is left; the next night takes nothing twice."""
    inbox = windows.folder / "inbox"
    windows.variables |= {
        "BATCHSYNC_INBOX__FOLDER": wine.windows_path(inbox),
        "BATCHSYNC_INBOX__SETTLE": "0.5",
    }
    for number in range(3):
        windows.put(f"inbox/good {number}.csv", 10 * number + 1, 10 * number + 10)
    (inbox / "bad.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    windows.put("inbox/half.csv.part", 90, 95)
    night = windows.run("nightly")
    results = {path.name for path in (windows.folder / "done").rglob("*.result.xlsx")}
    assert {f"good {number}.result.xlsx" for number in range(3)} == results, night.stderr
    assert (30, []) == windows.charges()
    assert [True] == [path.is_file() for path in (windows.folder / "attention").rglob("bad.xlsx")]
    assert ["half.csv.part"] == [path.name for path in inbox.iterdir() if path.is_file()]
    windows.run("nightly")
    assert (30, []) == windows.charges()


def test_a_file_copied_in_parts_is_taken_when_it_is_complete(windows: WindowsMachine) -> None:
    inbox = windows.folder / "inbox"
    inbox.mkdir()
    windows.variables |= {
        "BATCHSYNC_INBOX__FOLDER": wine.windows_path(inbox),
        "BATCHSYNC_INBOX__SETTLE": "2",
    }
    copying = (
        "import subprocess, sys, time\n"
        "file = open('inbox/orders.csv', 'w')\n"
        "file.write('order_sn,mall_id\\n')\n"
        "file.flush()\n"
        "night = subprocess.Popen([sys.executable, '-m', 'batchsync', 'nightly'])\n"
        "for number in range(40):\n"
        "    file.write(f'261101-{number:015d},7\\n')\n"
        "    file.flush()\n"
        "    time.sleep(0.2)\n"
        "file.close()\n"
        "sys.exit(night.wait())\n"
    )
    ran = windows.run_script(copying)
    assert (0, (40, [])) == (ran.returncode, windows.charges()), ran.stderr


def test_watch_takes_a_file_that_is_dropped_in(windows: WindowsMachine) -> None:
    inbox = windows.folder / "inbox"
    inbox.mkdir()
    windows.variables |= {
        "BATCHSYNC_INBOX__FOLDER": wine.windows_path(inbox),
        "BATCHSYNC_INBOX__SETTLE": "0.5",
    }
    watching = windows.start("watch")
    windows.put("inbox/a.csv", 1, 5)
    wait_until(lambda: list((windows.folder / "done").rglob("a.result.xlsx")), watching)
    windows.put("inbox/b.csv", 6, 9)
    wait_until(lambda: list((windows.folder / "done").rglob("b.result.xlsx")), watching)
    assert (9, []) == windows.charges()


def test_web_checks_and_sends_an_upload(windows: WindowsMachine) -> None:
    page = windows.start("web", "--no-browser", "--port", "0")
    assert page.stdout is not None
    line = page.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, line
    address = found.group()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    assert 200 == opener.open(address, timeout=30).status


def test_demo_agrees_with_the_sandbox(windows: WindowsMachine) -> None:
    ran = windows.run("demo")
    assert 0 == ran.returncode, ran.stderr + ran.stdout


def test_a_workbook_that_wants_too_much_memory_is_refused_from_a_venv(windows: WindowsMachine) -> None:
    """`python.exe` of a venv only starts the interpreter: the limit counts both processes."""
    program = (
        "import subprocess, sys, sysconfig, pathlib\n"
        "subprocess.run([sys.executable, '-m', 'venv', '--without-pip', 'venv'], check=True)\n"
        "site = pathlib.Path('venv/Lib/site-packages')\n"
        "(site / 'base.pth').write_text(sysconfig.get_path('purelib'))\n"
        "sys.exit(subprocess.run(['venv/Scripts/python.exe', '-c', sys.argv[1]]).returncode)\n"
    )
    inner = (
        "import subprocess, sys, pathlib, time\n"
        "from batchsync.config import InputSettings\n"
        "from batchsync.errors import FileUnreadable\n"
        "from batchsync.reader import parser_process, read_orders\n"
        "hold = 'held = bytearray(2 << 30); held[::4096] = bytes(len(held[::4096])); import time; time.sleep(600)'\n"
        "def spawn():\n"
        "    return subprocess.Popen([sys.executable, '-c', hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "parser_process.spawn = spawn\n"
        "assert sys.prefix != sys.base_prefix\n"
        "path = pathlib.Path('orders.csv'); path.write_text('order_sn\\n1\\n')\n"
        "try:\n"
        "    list(read_orders(path, InputSettings()))\n"
        "except FileUnreadable as error:\n"
        "    print(error)\n"
    )
    ran = windows.run_script(program, inner)
    assert "takes more than 900 MB of memory" in ran.stdout, ran.stderr


def test_the_fingerprint_of_a_file_is_the_same_in_every_scan(windows: WindowsMachine) -> None:
    path = windows.put("inbox/a.csv", 1, 1)
    program = (
        "import os, sys; from pathlib import Path; from batchsync.nightly.inbox import scan\n"
        "first, second = scan(Path('inbox')), scan(Path('inbox'))\n"
        "assert first.files == second.files and len(first.files) == 1, first\n"
    )
    ran = windows.run_script(program)
    assert 0 == ran.returncode, ran.stderr
    assert path.is_file()
