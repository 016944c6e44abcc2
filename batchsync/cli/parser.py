"""The command line's spec. Only what works is in it; nothing heavy is imported."""

import argparse
import difflib
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from batchsync import __version__
from batchsync.cli.layout import wrapped
from batchsync.errors import UsageError
from batchsync.messages import Lang, Translation
from batchsync.messages import commands as messages

WIDEST = 100


def build(lang: Lang, wanted: str = "") -> argparse.ArgumentParser:
    """Return the parser with texts in `lang`; only the wanted command gets its options."""
    parser = Parser(prog="batchsync", lang=lang, add_help=False, usage="batchsync COMMAND ...")
    parser.description = messages.PROGRAM.render(lang)
    example = _example(messages.PROGRAM_EXAMPLE, lang)
    parser.epilog = "\n\n".join([_command_list(lang), example, messages.MORE.render(lang)])
    options = parser.add_argument_group(messages.OPTIONS.render(lang))
    options.add_argument("-h", "--help", action="help", help=messages.HELP.render(lang))
    options.add_argument(
        "--version", action="version", version=__version__, help=messages.VERSION.render(lang)
    )
    commands = parser.add_subparsers(
        help=argparse.SUPPRESS, dest="command", metavar="COMMAND", parser_class=Parser
    )
    for name, fill in COMMANDS.items():
        _fill_command(commands, name, fill if name == wanted else None, lang)
    return parser


def parse(given: Sequence[str], lang: Lang) -> argparse.Namespace:
    """Return the arguments of one command.

    Raises UsageError, and SystemExit after --help and --version.
    """
    command = next((word for word in given if not word.startswith("-")), "")
    arguments, unknown = build(lang, command).parse_known_args(given)
    if unknown and arguments.command:
        raise UsageError(messages.UNKNOWN_OPTION, given=" ".join(unknown), command=arguments.command)
    if not arguments.command:
        raise UsageError(messages.NO_COMMAND)
    return arguments


def _fill_command(commands: Any, name: str, fill: "Callable[[CommandSpec], None] | None", lang: Lang) -> None:
    command = commands.add_parser(
        name,
        prog=f"batchsync {name}",
        usage=f"batchsync {messages.COMMANDS[name].usage.render(lang)}",
        help=messages.COMMANDS[name].summary.render(lang),
        add_help=False,
        lang=lang,
    )
    command.description = messages.COMMANDS[name].explanation.render(lang)
    command.epilog = _example(messages.COMMANDS[name].example, lang)
    command.set_defaults(command=name)
    if fill is not None:
        fill(CommandSpec(command, lang))
    options = command.add_argument_group(messages.OPTIONS.render(lang))
    options.add_argument("-h", "--help", action="help", help=messages.HELP.render(lang))


def _command_list(lang: Lang) -> str:
    """Return all commands under the headings of their groups, wrapped for the terminal."""
    width = min(WIDEST, shutil.get_terminal_size().columns - 2)
    indent = 14
    lines = []
    for title, names in messages.COMMAND_GROUPS:
        lines.append(f"{title.render(lang)}:")
        for name in names:
            first, *rest = wrapped(messages.COMMANDS[name].summary.render(lang), width - indent)
            lines.append(f"    {name:<{indent - 4}}{first}")
            lines += [" " * indent + line for line in rest]
        lines.append("")
    return "\n".join(lines[:-1])


def _example(text: Translation, lang: Lang) -> str:
    return f"{messages.EXAMPLE.render(lang)}\n  {text.render(lang)}"


# --- The options of each command --------------------------------------------------------------------------------


class CommandSpec:
    """Adds options to one command, each with its help text."""

    def __init__(self, parser: argparse.ArgumentParser, lang: Lang) -> None:
        self._parser = parser
        self._lang = lang
        self._group: Any = parser

    def group(self, title: Translation) -> "CommandSpec":
        """Put what follows under a heading."""
        self._group = self._parser.add_argument_group(title.render(self._lang))
        return self

    def add(self, *names: str, help_key: str = "", **how: Any) -> "CommandSpec":
        """Add an option or argument; its help is found by its last name."""
        text = messages.OPTION_HELP[help_key or names[-1]].render(self._lang)
        self._group.add_argument(*names, help=text, **how)
        return self

    def flag(self, *names: str) -> "CommandSpec":
        """Add an option without a value."""
        return self.add(*names, action="store_true")

    def extend(self, add_arguments: Callable[[Any, Lang], None]) -> "CommandSpec":
        """Let another module add its options."""
        add_arguments(self._group, self._lang)
        return self


def _inputs(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS).add("files", nargs="+", metavar="FILE")
    spec.add("--sheet", action="append", metavar="NAME")
    spec.add("--order-column", action="append", metavar="HEADER")
    spec.add("--owner-column", action="append", metavar="HEADER").add("--owner-id", metavar="ID")


def _settings(spec: CommandSpec) -> "CommandSpec":
    return (
        spec.group(messages.SETTINGS).add("--config", metavar="PATH").add("--ledger", metavar="URL-OR-PATH")
    )


def _output(spec: CommandSpec) -> None:
    spec.group(messages.OUTPUT).add("--lang", choices=("auto", "zh", "en"))
    spec.flag("-q", "--quiet").flag("-v", "--verbose").flag("--no-progress")


def _run(spec: CommandSpec) -> None:
    _inputs(spec)
    spec.group(messages.RESULT).add("--output", metavar="PATH").add("--format", choices=("xlsx", "csv"))
    spec.add("--summary-json", metavar="PATH")
    spec.group(messages.SENDING).add("--url", metavar="URL").add("--rate", metavar="N")
    spec.add("--concurrency", metavar="N").flag("--keep-alive")
    spec.add("--max-points", metavar="N")
    spec.add("--limit", metavar="N").flag("--resend").flag("--resend-uncertain")
    spec.flag("--include-unusual").flag("--yes")
    spec.flag("--detach")
    _settings(spec)
    _output(spec)


def _check(spec: CommandSpec) -> None:
    _inputs(spec)
    spec.group(messages.RESULT).add("--plan", metavar="PATH").flag("--json")
    spec.group(messages.SENDING).add("--url", metavar="URL").flag("--resend").flag("--resend-uncertain")
    spec.flag("--include-unusual")
    _settings(spec)
    _output(spec)


def _nightly(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS).add("--inbox", metavar="PATH")
    spec.group(messages.RESULT).add("--metrics", metavar="PATH").flag("--log-json")
    _account(spec)


def _web(spec: CommandSpec) -> None:
    spec.group(messages.SETTINGS).add("--host", metavar="HOST").add("--port", metavar="N")
    spec.flag("--no-browser").flag("--install-shortcut").add("--config", metavar="PATH").add(
        "--ledger", metavar="URL-OR-PATH"
    )
    spec.group(messages.SENDING).add("--url", metavar="URL").add("--rate", metavar="N")
    spec.add("--concurrency", metavar="N").flag("--keep-alive").add("--max-points", metavar="N")
    _output(spec)


def _worker(spec: CommandSpec) -> None:
    spec.group(messages.SENDING).add("--url", metavar="URL").add("--rate", metavar="N")
    spec.add("--concurrency", metavar="N").flag("--keep-alive")
    spec.group(messages.SETTINGS).add(
        "--config", action="append", metavar="PATH", help_key="WORKER_CONFIG"
    ).add("--ledger", metavar="URL-OR-PATH")
    _output(spec)


def _history(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS).add("run", nargs="?", metavar="RUN", help_key="RUN")
    spec.add("--order", metavar="SN").add("--last", metavar="N").flag("--json")
    _settings(spec)
    _output(spec)


def _resolve(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS).add("orders", nargs="*", metavar="ORDER", help_key="ORDER")
    spec.flag("--charged").flag("--not-charged").add("--run", metavar="RUN")
    spec.add("--statement", action="append", metavar="FILE").add("--points-column", metavar="HEADER")
    spec.add("--statement-account", metavar="NAME").add("--since", metavar="DAY").add(
        "--until", metavar="DAY"
    )
    spec.flag("--yes")
    spec.add("--owner-id", metavar="ID", help_key="--owner-id-resolve").add("--url", metavar="URL")
    _settings(spec)
    _output(spec)


def _report(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS).add("run", metavar="RUN", help_key="RUN")
    spec.group(messages.RESULT).add("--output", metavar="PATH").add("--format", choices=("xlsx", "csv"))
    spec.add("--summary-json", metavar="PATH")
    _settings(spec)
    _output(spec)


def _spend(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS).add("--by", choices=("day", "merchant", "run"), default="day")
    spec.add("--since", metavar="DAY").add("--until", metavar="DAY")
    spec.group(messages.RESULT).add("--csv", metavar="PATH").add("--chart", metavar="PATH")
    spec.flag("--json")
    _account(spec)


def _reconcile(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS).add("--opening", metavar="N").add("--closing", metavar="N")
    spec.add("--topped-up", metavar="N").add("--statement", action="append", metavar="FILE")
    spec.add("--points-column", metavar="HEADER").add("--sheet", action="append", metavar="NAME")
    spec.add("--order-column", action="append", metavar="HEADER")
    spec.add("--owner-column", action="append", metavar="HEADER")
    spec.add("--statement-account", metavar="NAME")
    spec.add("--since", metavar="DAY").add("--until", metavar="DAY")
    spec.group(messages.RESULT).add("--workbook", metavar="PATH")
    _account(spec)


def _ledger(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS)
    spec.add("action", choices=("backup", "verify", "prune", "copy"), metavar="ACTION", help_key="ACTION")
    spec.add("path", nargs="?", metavar="PATH", help_key="PATH").add("--days", metavar="N")
    _settings(spec)
    _output(spec)


def _account(spec: CommandSpec) -> None:
    _settings(spec).add("--url", metavar="URL")
    _output(spec)


def _doctor(spec: CommandSpec) -> None:
    _account(spec)


def _token(spec: CommandSpec) -> None:
    spec.group(messages.INPUTS)
    spec.add("action", choices=("set", "show", "clear"), metavar="ACTION", help_key="TOKEN-ACTION")
    spec.group(messages.SETTINGS).add("--config", metavar="PATH")
    _output(spec)


def _setup(spec: CommandSpec) -> None:
    spec.group(messages.SETTINGS).add("--folder", metavar="PATH").flag("--no-shortcut").flag("--remove")
    spec.flag("--yes")
    _output(spec)


def _init(spec: CommandSpec) -> None:
    spec.group(messages.SETTINGS).add("--config", metavar="PATH")
    _output(spec)


def _sandbox(spec: CommandSpec) -> None:
    from batchsync.sandbox.command import add_arguments

    spec.group(messages.SETTINGS).extend(add_arguments)
    _output(spec)


def _demo(spec: CommandSpec) -> None:
    _output(spec)


COMMANDS: dict[str, Callable[[CommandSpec], None]] = {
    "run": _run,
    "check": _check,
    "nightly": _nightly,
    "watch": _nightly,
    "web": _web,
    "worker": _worker,
    "history": _history,
    "resolve": _resolve,
    "spend": _spend,
    "reconcile": _reconcile,
    "ledger": _ledger,
    "report": _report,
    "doctor": _doctor,
    "token": _token,
    "setup": _setup,
    "init": _init,
    "sandbox": _sandbox,
    "demo": _demo,
}


# --- Help and errors in two languages ---------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """argparse with messages in the user's language and errors as exceptions."""

    def __init__(self, *, lang: Lang, **how: Any) -> None:
        self.lang = lang
        super().__init__(formatter_class=Formatter, allow_abbrev=False, **how)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of exiting."""
        raise _usage_error(message, self.prog.removeprefix("batchsync").strip())

    def _get_formatter(self) -> argparse.HelpFormatter:
        return Formatter(prog=self.prog, usage=messages.USAGE.render(self.lang))


class Formatter(argparse.HelpFormatter):
    """Wraps by what a terminal shows (a Chinese character is two columns wide) and keeps examples as written."""

    def __init__(self, prog: str, usage: str = "") -> None:
        super().__init__(
            prog, max_help_position=30, width=min(WIDEST, shutil.get_terminal_size().columns - 2)
        )
        self._usage_word = usage

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Add the usage line in the user's language."""
        super().add_usage(usage, actions, groups, prefix or self._usage_word)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        parts = [wrapped(line, width) if len(lines) == 1 else [line] for line in lines]
        return "\n".join(indent + line for part in parts for line in part or [""])


ERROR_PATTERNS: tuple[tuple[re.Pattern[str], Translation, tuple[str, ...]], ...] = (
    (re.compile(r"the following arguments are required: (.+)"), messages.MISSING, ("what",)),
    (re.compile(r"argument (.+): expected (?:at least )?one argument"), messages.NEEDS_VALUE, ("option",)),
    (re.compile(r"argument (.+): ignored explicit argument .+"), messages.NO_VALUE_WANTED, ("option",)),
    (re.compile(r"argument (.+): invalid choice: '(.*?)' .*"), messages.BAD_VALUE, ("option", "given")),
    (re.compile(r"argument (.+): invalid .*value: '(.*)'"), messages.BAD_VALUE, ("option", "given")),
    (re.compile(r"argument (.+): not allowed with argument (.+)"), messages.NOT_TOGETHER, ("one", "other")),
)
"""argparse's error messages and ours."""


def _usage_error(message: str, command: str) -> UsageError:
    for pattern, text, names in ERROR_PATTERNS:
        found = pattern.fullmatch(message)
        if found:
            facts: dict[str, object] = dict(zip(names, found.groups(), strict=True))
            if facts.get("option") == "COMMAND":
                return _no_such_command(str(facts["given"]))
            return UsageError(text, command=command, **facts)
    return UsageError(messages.USAGE_OTHER, problem=message, command=command)


def _no_such_command(given: str, known: Iterable[str] = tuple(COMMANDS)) -> UsageError:
    near = difflib.get_close_matches(given, list(known), n=1, cutoff=0.5)
    if near:
        return UsageError(messages.COMMAND_MEANT, given=given, meant=near[0])
    return UsageError(messages.NO_SUCH_COMMAND, given=given)
