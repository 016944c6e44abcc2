"""Nothing here assumes POSIX when it is imported, nor a console that can show everything."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import importlib, pkgutil, signal, sys

class Hidden:
    names = {"fcntl", "resource", "termios", "pwd", "grp", "uvloop"}
    def find_spec(self, name, path=None, target=None):
        if name in self.names:
            raise ModuleNotFoundError(name)

for name in Hidden.names & set(sys.modules):
    del sys.modules[name]
sys.meta_path.insert(0, Hidden())
for name in ("SIGTERM", "SIGHUP", "SIGKILL"):
    delattr(signal, name)
import batchsync.cli, batchsync.cluster, batchsync.settings
for package in (batchsync.cli, batchsync.cluster, batchsync.settings):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
from batchsync.cli import main
sys.exit(main(["check", "--help"]))
"""


def test_imports_without_what_windows_lacks() -> None:
    """No fcntl, resource, SIGTERM ...: every module of the command line and of what it starts still imports, and helps."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore:only soft file lock", "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (ran.returncode, ran.stderr)


def test_a_gbk_console_shows_what_it_can(here: Path) -> None:
    """A file name with a character outside GBK: a sentence with `?` in it, no traceback."""
    ran = subprocess.run(
        [sys.executable, "-m", "batchsync", "check", "订单\U0001f600.csv"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "gbk", "BATCHSYNC_OUTPUT__LANGUAGE": "zh"},
        check=False,
    )
    shown = ran.stderr.decode("gbk")
    assert (2, True, False) == (ran.returncode, "订单?.csv" in shown, "Traceback" in shown)
