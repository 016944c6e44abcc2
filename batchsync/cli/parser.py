"""The command line's grammar. Only what works is in it; nothing heavy is imported."""

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
    """Return the parser, speaking `lang`; only the command that is wanted gets its options."""
    parser = Parser(prog="batchsync", lang=lang, add_help=False, usage="batchsync COMMAND ...")
    parser.description = messages.PROGRAM.render(lang)
    parser.epilog = _example(messages.PROGRAM_EXAMPLE, lang) + f"\n\n{messages.MORE.render(lang)}"
    options = parser.add_argument_group(messages.OPTIONS.render(lang))
    options.add_argument("-h", "--help", action="help", help=messages.HELP.render(lang))
    options.add_argument(
        "--version", action="version", version=__version__, help=messages.VERSION.render(lang)
    )
    commands = parser.add_subparsers(
        title=messages.COMMANDS.render(lang), dest="command", metavar="COMMAND", parser_class=Parser
    )
    for name, fill in _FILLERS.items():
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


def _fill_command(commands: Any, name: str, fill: "Callable[[Grammar], None] | None", lang: Lang) -> None:
    command = commands.add_parser(
        name,
        prog=f"batchsync {name}",
        usage=f"batchsync {messages.USAGES[name].render(lang)}",
        help=messages.SUMMARIES[name].render(lang),
        add_help=False,
        lang=lang,
    )
    command.description = messages.EXPLANATIONS[name].render(lang)
    command.epilog = _example(messages.EXAMPLES[name], lang)
    command.set_defaults(command=name)
    if fill is not None:
        fill(Grammar(command, lang))
    talk = command.add_argument_group(messages.OPTIONS.render(lang))
    talk.add_argument("-h", "--help", action="help", help=messages.HELP.render(lang))


def _example(text: Translation, lang: Lang) -> str:
    return f"{messages.EXAMPLE.render(lang)}\n  {text.render(lang)}"


# --- What each command takes --------------------------------------------------------------------------------


class Grammar:
    """Adds options to one command, each with its sentence from `words`."""

    def __init__(self, parser: argparse.ArgumentParser, lang: Lang) -> None:
        self._parser = parser
        self._lang = lang
        self._group: Any = parser

    def group(self, title: Translation) -> "Grammar":
        """Put what follows under a heading."""
        self._group = self._parser.add_argument_group(title.render(self._lang))
        return self

    def add(self, *names: str, told: str = "", **how: Any) -> "Grammar":
        """Add an option or argument; its help is found by its last name."""
        text = messages.OPTION_HELP[told or names[-1]].render(self._lang)
        self._group.add_argument(*names, help=text, **how)
        return self

    def flag(self, *names: str) -> "Grammar":
        """Add an option without a value."""
        return self.add(*names, action="store_true")

    def let(self, add_arguments: Callable[[Any, Lang], None]) -> "Grammar":
        """Let another room add its own."""
        add_arguments(self._group, self._lang)
        return self


def _inputs(grammar: Grammar) -> None:
    grammar.group(messages.INPUTS).add("files", nargs="+", metavar="FILE")
    grammar.add("--sheet", action="append", metavar="NAME")
    grammar.add("--order-column", action="append", metavar="HEADER")
    grammar.add("--owner-column", action="append", metavar="HEADER").add("--owner-id", metavar="ID")


def _settings(grammar: Grammar) -> None:
    grammar.group(messages.SETTINGS).add("--config", metavar="PATH").add("--ledger", metavar="URL-OR-PATH")


def _talk(grammar: Grammar) -> None:
    grammar.group(messages.TALK).add("--lang", choices=("auto", "zh", "en"))
    grammar.flag("-q", "--quiet").flag("-v", "--verbose")


def _run(grammar: Grammar) -> None:
    _inputs(grammar)
    grammar.group(messages.RESULT).add("--output", metavar="PATH").add("--format", choices=("xlsx", "csv"))
    grammar.add("--summary-json", metavar="PATH")
    grammar.group(messages.SENDING).add("--url", metavar="URL").add("--rate", metavar="N")
    grammar.add("--concurrency", metavar="N").flag("--keep-alive").add("--processes", metavar="N")
    grammar.add("--max-points", metavar="N")
    grammar.add("--limit", metavar="N").flag("--resend").flag("--resend-uncertain").flag("--yes")
    grammar.flag("--detach")
    _settings(grammar)
    _talk(grammar)
    grammar.flag("--no-progress")


def _check(grammar: Grammar) -> None:
    _inputs(grammar)
    grammar.group(messages.RESULT).add("--plan", metavar="PATH")
    grammar.group(messages.SENDING).add("--url", metavar="URL").flag("--resend").flag("--resend-uncertain")
    _settings(grammar)
    _talk(grammar)


def _nightly(grammar: Grammar) -> None:
    grammar.group(messages.INPUTS).add("--inbox", metavar="PATH")
    grammar.group(messages.RESULT).add("--metrics", metavar="PATH").flag("--log-json")
    _account(grammar)


def _web(grammar: Grammar) -> None:
    grammar.group(messages.SETTINGS).add("--host", metavar="HOST").add("--port", metavar="N")
    grammar.flag("--no-browser").flag("--install-shortcut").add("--config", metavar="PATH").add(
        "--ledger", metavar="URL-OR-PATH"
    )
    grammar.group(messages.SENDING).add("--url", metavar="URL").add("--rate", metavar="N")
    grammar.add("--concurrency", metavar="N").flag("--keep-alive").add("--max-points", metavar="N")
    _talk(grammar)


def _worker(grammar: Grammar) -> None:
    grammar.group(messages.SENDING).add("--url", metavar="URL").add("--rate", metavar="N")
    grammar.add("--concurrency", metavar="N").flag("--keep-alive")
    _settings(grammar)
    _talk(grammar)


def _history(grammar: Grammar) -> None:
    grammar.group(messages.INPUTS).add("run", nargs="?", metavar="RUN", told="RUN")
    grammar.add("--order", metavar="SN").add("--last", metavar="N").flag("--json")
    _settings(grammar)
    _talk(grammar)


def _resolve(grammar: Grammar) -> None:
    grammar.group(messages.INPUTS).add("orders", nargs="*", metavar="ORDER", told="ORDER")
    grammar.flag("--charged").flag("--not-charged").add("--run", metavar="RUN")
    grammar.add("--owner-id", metavar="ID", told="--owner-id-resolve").add("--url", metavar="URL")
    _settings(grammar)
    _talk(grammar)


def _report(grammar: Grammar) -> None:
    grammar.group(messages.INPUTS).add("run", metavar="RUN", told="RUN")
    grammar.group(messages.RESULT).add("--output", metavar="PATH").add("--format", choices=("xlsx", "csv"))
    grammar.add("--summary-json", metavar="PATH")
    _settings(grammar)
    _talk(grammar)


def _spend(grammar: Grammar) -> None:
    grammar.group(messages.INPUTS).add("--by", choices=("day", "merchant", "run"), default="day")
    grammar.add("--since", metavar="DAY").add("--until", metavar="DAY")
    grammar.group(messages.RESULT).add("--csv", metavar="PATH").add("--chart", metavar="PATH")
    grammar.flag("--json")
    _account(grammar)


def _reconcile(grammar: Grammar) -> None:
    grammar.group(messages.INPUTS).add("--opening", metavar="N").add("--closing", metavar="N")
    grammar.add("--topped-up", metavar="N").add("--statement", metavar="FILE")
    grammar.add("--points-column", metavar="HEADER").add("--sheet", action="append", metavar="NAME")
    grammar.add("--order-column", action="append", metavar="HEADER")
    grammar.add("--owner-column", action="append", metavar="HEADER")
    grammar.add("--since", metavar="DAY").add("--until", metavar="DAY")
    grammar.group(messages.RESULT).add("--workbook", metavar="PATH")
    _account(grammar)


def _ledger(grammar: Grammar) -> None:
    grammar.group(messages.INPUTS)
    grammar.add("action", choices=("backup", "verify", "prune", "copy"), metavar="ACTION", told="ACTION")
    grammar.add("path", nargs="?", metavar="PATH", told="PATH").add("--days", metavar="N")
    _settings(grammar)
    _talk(grammar)


def _account(grammar: Grammar) -> None:
    grammar.group(messages.SETTINGS).add("--url", metavar="URL")
    _settings(grammar)
    _talk(grammar)


def _doctor(grammar: Grammar) -> None:
    _account(grammar)


def _init(grammar: Grammar) -> None:
    grammar.group(messages.SETTINGS).add("--config", metavar="PATH")
    _talk(grammar)


def _sandbox(grammar: Grammar) -> None:
    from batchsync.sandbox.command import add_arguments

    grammar.group(messages.SETTINGS).let(add_arguments)
    _talk(grammar)


def _demo(grammar: Grammar) -> None:
    _talk(grammar)


_FILLERS: dict[str, Callable[[Grammar], None]] = {
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
    "init": _init,
    "sandbox": _sandbox,
    "demo": _demo,
}


# --- Speaking the user's language ---------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """argparse, but with sentences of ours, in the user's language, and without exits."""

    def __init__(self, *, lang: Lang, **how: Any) -> None:
        self.lang = lang
        super().__init__(formatter_class=Formatter, allow_abbrev=False, **how)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing and leaving."""
        raise _slip(message, self.prog.removeprefix("batchsync").strip())

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
        """Say `usage` in the user's language."""
        super().add_usage(usage, actions, groups, prefix or self._usage_word)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        parts = [wrapped(line, width) if len(lines) == 1 else [line] for line in lines]
        return "\n".join(indent + line for part in parts for line in part or [""])


_SLIPS: tuple[tuple[re.Pattern[str], Translation, tuple[str, ...]], ...] = (
    (re.compile(r"the following arguments are required: (.+)"), messages.MISSING, ("what",)),
    (re.compile(r"argument (.+): expected (?:at least )?one argument"), messages.NEEDS_VALUE, ("option",)),
    (re.compile(r"argument (.+): ignored explicit argument .+"), messages.NO_VALUE_WANTED, ("option",)),
    (re.compile(r"argument (.+): invalid choice: '(.*?)' .*"), messages.BAD_VALUE, ("option", "given")),
    (re.compile(r"argument (.+): invalid .*value: '(.*)'"), messages.BAD_VALUE, ("option", "given")),
    (re.compile(r"argument (.+): not allowed with argument (.+)"), messages.NOT_TOGETHER, ("one", "other")),
)
"""argparse's English sentences, and ours."""


def _slip(message: str, command: str) -> UsageError:
    for pattern, text, names in _SLIPS:
        found = pattern.fullmatch(message)
        if found:
            facts: dict[str, object] = dict(zip(names, found.groups(), strict=True))
            if facts.get("option") == "COMMAND":
                return _no_such_command(str(facts["given"]))
            return UsageError(text, command=command, **facts)
    return UsageError(messages.USAGE_OTHER, problem=message, command=command)


def _no_such_command(given: str, known: Iterable[str] = tuple(_FILLERS)) -> UsageError:
    near = difflib.get_close_matches(given, list(known), n=1, cutoff=0.5)
    if near:
        return UsageError(messages.COMMAND_MEANT, given=given, meant=near[0])
    return UsageError(messages.NO_SUCH_COMMAND, given=given)
