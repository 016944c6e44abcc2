"""The text of an .xlsx cell as Excel shows it: XML references and Excel's own escapes undone."""

import re

_REFERENCE = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def unescape(text: str, *, entities: bool = True) -> str:
    """Return the text as Excel shows it: `&#10;`, `&amp;`, `_x000D_`."""
    if entities and "&" in text:
        text = _REFERENCE.sub(_referred, text)
    return _ESCAPE.sub(_escaped, text) if "_x" in text else text


def _referred(match: "re.Match[str]") -> str:
    name = match[1]
    if not name.startswith("#"):
        return _NAMED[name]
    code = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
    return chr(code) if _is_character(code) else match[0]


def _escaped(match: "re.Match[str]") -> str:
    code = int(match[1], 16)
    return chr(code) if _is_character(code) else match[0]


def _is_character(code: int) -> bool:
    return code < 0xD800 or 0xDFFF < code <= 0x10FFFF
