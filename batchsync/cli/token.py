"""`token`: stores the access token, shows where it comes from, removes it."""

import argparse
import getpass
import sys

from batchsync.cli import arguments as given
from batchsync.cli.console import Console
from batchsync.errors import OutputError, SettingsError
from batchsync.exit_codes import ExitCode
from batchsync.messages import Lang, Message
from batchsync.messages import settings as messages
from batchsync.settings import SettingsProblems
from batchsync.settings.token import clear_token, is_token, store_token, stored_token


def token(arguments: argparse.Namespace, console: Console) -> int:
    """Do what `action` names. The token itself is never shown, and never taken from the command line."""
    if arguments.lang in tuple(Lang):
        console.lang = Lang(arguments.lang)
    actions = {"set": _set, "show": _show, "clear": _clear}
    try:
        return actions[arguments.action](arguments, console)
    except OSError as error:
        raise OutputError(messages.TOKEN_NOT_STORED, error=error.strerror or error) from error


def _set(arguments: argparse.Namespace, console: Console) -> int:
    if console.can_ask():
        text = getpass.getpass(f"{messages.TOKEN_PROMPT.render(console.lang)} ", stream=sys.stderr)
    else:
        text = sys.stdin.readline() if sys.stdin else ""
    text = text.strip("\ufeff \t\r\n")
    if not is_token(text):
        raise SettingsError(messages.STRANGE_TOKEN, where=messages.TOKEN_INPUT)
    stored_in = store_token(text)
    console.out(console.render(Message(messages.TOKEN_STORED, {"where": stored_in})))
    used = _source(arguments)
    if used is not None and used != stored_in:  # the environment or api.token_file comes first
        console.error(Message(messages.TOKEN_NOT_USED, {"where": used}))
    return ExitCode.SUCCESS


def _show(arguments: argparse.Namespace, console: Console) -> int:
    loaded = given.load_settings(arguments, token=True)
    console.out(console.render(Message(messages.TOKEN_FROM, {"where": loaded.token_source or ""})))
    for warning in loaded.warnings:
        console.error(warning)
    return ExitCode.SUCCESS


def _clear(arguments: argparse.Namespace, console: Console) -> int:
    was_stored = clear_token()
    console.out((messages.TOKEN_CLEARED if was_stored else messages.TOKEN_NONE_STORED).render(console.lang))
    used = _source(arguments)
    if used is not None:
        console.error(Message(messages.TOKEN_FROM, {"where": used}))
    return ExitCode.SUCCESS


def _source(arguments: argparse.Namespace) -> Message | None:
    """Return where a run would take the token from, if settings and token are right."""
    try:
        return given.load_settings(arguments, token=True).token_source
    except SettingsProblems:
        return stored_token().source
