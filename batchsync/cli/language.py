"""The language before the settings are read, or when they leave it open."""

import locale
import os
import sys
from collections.abc import Sequence

from batchsync.messages import Lang

_CHINESE_ON_WINDOWS = 0x04
"""The primary language id of Chinese."""


def detect_language(arguments: Sequence[str] = ()) -> Lang:
    """Return the language asked for by option, else by environment, else the system's."""
    asked = _option(arguments) or os.environ.get("BATCHSYNC_OUTPUT__LANGUAGE", "").lower()
    if asked in tuple(Lang):
        return Lang(asked)
    return Lang.ZH if _system_is_chinese() else Lang.EN


def _option(arguments: Sequence[str]) -> str:
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
    return ""


def _system_is_chinese() -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.lower().startswith("zh")
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == _CHINESE_ON_WINDOWS)
    return (locale.getlocale()[0] or "").lower().startswith("zh")
