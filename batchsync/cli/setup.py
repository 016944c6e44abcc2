"""`setup`: settings, token, shortcuts to the page and the nightly task for one user; `--remove` takes the shortcuts away."""

import argparse
import getpass
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from batchsync.cli.console import Console
from batchsync.errors import OutputError
from batchsync.fsutil import atomic_write
from batchsync.messages import Lang, Message
from batchsync.messages import settings as settings_messages
from batchsync.messages import setup as messages
from batchsync.settings.template import template
from batchsync.settings.token import is_token, store_token, stored_token, stored_token_path

NIGHTLY_TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>batchsync: process the inbox every night</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T22:00:00</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author"><LogonType>S4U</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <WakeToRun>true</WakeToRun>
    <ExecutionTimeLimit>PT10H</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{python}</Command>
      <Arguments>-m batchsync nightly --config "{config}" --inbox "{inbox}" -q</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def setup(arguments: argparse.Namespace, console: Console) -> int:
    """Prepare batchsync for this user; running it again changes nothing that is there."""
    if arguments.lang in tuple(Lang):
        console.lang = Lang(arguments.lang)
    folder = Path(arguments.folder).expanduser().absolute() if arguments.folder else Path.home() / "batchsync"
    if arguments.remove:
        return _remove(folder, console)
    try:
        _write_settings(folder, console)
        _ask_token(arguments, console)
        if not arguments.no_shortcut:
            write_shortcuts(folder, console)
        _show_nightly(folder, console)
    except OSError as error:
        facts = {"path": error.filename or folder, "error": error.strerror or error}
        raise OutputError(messages.CANNOT_WRITE, **facts) from error
    console.info(messages.NEXT)
    return 0


def _remove(folder: Path, console: Console) -> int:
    """Delete the shortcuts and the description of the nightly task, nothing else."""
    for path in (*(path for path, _ in _shortcuts(folder)), _nightly_task(folder)):
        if path.is_file():
            path.unlink()
            console.out(messages.REMOVED.render(console.lang, path=path))
    console.info(messages.KEPT_DATA)
    return 0


def _write_settings(folder: Path, console: Console) -> None:
    inbox, config = folder / "inbox", folder / "config.yaml"
    inbox.mkdir(parents=True, exist_ok=True)
    if config.exists():
        console.info(Message(messages.KEPT, {"path": config}))
    else:
        atomic_write(config, template(console.lang).encode())
        console.out(messages.WRITTEN.render(console.lang, path=config))
    console.info(Message(messages.FOLDER_READY, {"path": inbox}))


def _ask_token(arguments: argparse.Namespace, console: Console) -> None:
    """Ask for the token unless one is stored, or nobody can answer."""
    stored = stored_token()
    if stored.token:
        console.info(Message(settings_messages.TOKEN_FROM, {"where": stored.source or stored_token_path()}))
        return
    token = ""
    if not arguments.yes and console.can_ask():
        token = getpass.getpass(messages.ASK_TOKEN.render(console.lang)).strip()
    if not token:
        console.info(messages.NO_TOKEN)
    elif not is_token(token):
        where = {"where": settings_messages.TOKEN_INPUT}
        console.error(Message(settings_messages.STRANGE_TOKEN, where))
    else:
        console.info(Message(settings_messages.TOKEN_STORED, {"where": store_token(token)}))


def write_shortcuts(folder: Path, console: Console) -> None:
    """Write the shortcuts that open the page with the settings of a folder. Raises OSError."""
    for path, content in _shortcuts(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, content)
        path.chmod(0o755)
        console.out(messages.SHORTCUT.render(console.lang, path=path))


def _shortcuts(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield the files that open the page, on the desktop and in the start menu, with their contents."""
    from platformdirs import user_data_path, user_desktop_path

    if sys.platform == "win32":
        script = (
            f'@echo off\r\nchcp 65001 >nul\r\ncd /d "{folder}"\r\n'
            f'"{sys.executable}" -m batchsync web\r\nif errorlevel 1 pause\r\n'
        ).replace("%", "%%")
        menu = Path(os.environ["APPDATA"], "Microsoft", "Windows", "Start Menu", "Programs")
        for place in (user_desktop_path(), menu):
            yield place / "batchsync.cmd", script.encode()
        return
    if sys.platform == "darwin":
        start = f"cd {shlex.quote(str(folder))} && exec {shlex.quote(sys.executable)} -m batchsync web"
        script = f"#!/bin/sh\n{start}\n"
        yield user_desktop_path() / "batchsync.command", script.encode()
        return
    program = re.sub(r'(["`$\\])', r"\\\1", sys.executable).replace("%", "%%")
    entry = (
        "[Desktop Entry]\nType=Application\nName=batchsync\nTerminal=true\n"
        f'Path={folder}\nExec="{program}" -m batchsync web\nCategories=Office;\n'
    )
    applications = user_data_path("applications", appauthor=False)
    for place in (applications, user_desktop_path()):
        yield place / "batchsync.desktop", entry.encode()


def _nightly_task(folder: Path) -> Path:
    return folder / "batchsync-nightly.xml"


def _show_nightly(folder: Path, console: Console) -> None:
    """Write the task for Windows' Task Scheduler, or show the line for cron."""
    config, inbox = folder / "config.yaml", folder / "inbox"
    if sys.platform == "win32":
        values = {"python": sys.executable, "config": config, "inbox": inbox, "folder": folder}
        task = NIGHTLY_TASK.format_map({name: escape(str(value)) for name, value in values.items()})
        atomic_write(_nightly_task(folder), task.encode("utf-16"))
        console.info(Message(messages.NIGHTLY_TASK, {"path": _nightly_task(folder)}))
        return
    command = [sys.executable, "-m", "batchsync", "nightly", "--config", config, "--inbox", inbox, "-q"]
    line = "0 22 * * * " + shlex.join(map(str, command)).replace("%", "\\%")
    console.info(Message(messages.CRONTAB, {"line": line}))
