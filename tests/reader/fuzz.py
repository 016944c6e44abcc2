"""Mutates spreadsheets and reads them in parser processes; reports what ended in anything but a table or a message.

python -m tests.reader.fuzz FOLDER... [--minutes N] [--seed N] [--keep FOLDER]

Seeds are the small files of the folders. A zip's members are mutated and packed anew, so that the damage gets past the
zip's own sums. What breaks a bar is kept with its seed: a traceback, more than ten seconds, a sentence that names a
Python exception.
"""

import argparse
import io
import random
import re
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from batchsync.config import InputSettings
from batchsync.errors import ColumnsUnclear, FileUnreadable
from batchsync.messages.render import Lang
from batchsync.model import KnownOrders
from batchsync.planning.plan import make_plan
from batchsync.reader import read_cells, read_orders

LARGEST_SEED = 200_000
MOST_SECONDS = 10.0
_EXCEPTION = re.compile(r"\(\w*(?:Error|Exception|Warning|Iteration)\b")
TOKENS = (
    b"\0", b'"', b"'", b",", b"\t", b"\r", b"\n", b"<", b">", b"</", b"&#0;", b"&#xD800;", b"&amp;", b"&x;", b"]]>", b"<!--",
    b"<![CDATA[", b"<?xml?>", b"<!DOCTYPE a>", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x80", b"\xff", b"\xed\xa0\x80",
    b"99999999999999999999", b"-1", b"1e308", b"1E+17", b"NaN", b"4294967295", b"65535", b"XFD1048576", b"A0", b' r="0"',
    b' hidden="1"', b' t="s"', b' t="d"', b' s="65535"', b"_x0000_", b"_xD800_", b"<row>", b"</row>", b"<c>", b"</c>", b"<v>",
    b"colspan=99999 ", b"rowspan=99999 ", b"\xe8\xae\xa2\xe5\x8d\x95\xe5\x8f\xb7", b"order_sn",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the data with some of it flipped, cut, doubled, moved, or with something put in."""
    body = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(body) + 1)
        size = chance.choice((1, 2, 4, 16, 256, 4096))
        match chance.randrange(7):
            case 0 if body:
                body[min(at, len(body) - 1)] = chance.randrange(256)
            case 1 if body:
                body[min(at, len(body) - 1)] ^= 1 << chance.randrange(8)
            case 2:
                del body[at : at + size]
            case 3:
                body[at:at] = body[at : at + size] * chance.choice((1, 2, 50))
            case 4:
                body[at:at] = chance.choice(TOKENS)
            case 5:
                token = chance.choice(TOKENS)
                body[at : at + len(token)] = token
            case 6:
                other = chance.randrange(len(body) + 1)
                body[at:at] = body[other : other + size]
    return bytes(body)


def mutated_zip(data: bytes, chance: random.Random) -> bytes:
    """Return a zip with one member mutated, dropped or named otherwise."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        infos = old.infolist()
        victim = chance.choice(infos)
        for info in infos:
            name, body = info.filename, old.read(info)
            if info is victim:
                way = chance.randrange(20)
                if way == 0:
                    continue
                name = name.upper() if way == 1 else name
                body = mutated(body, chance)
            new.writestr(name, body)
    return out.getvalue()


def a_case(seeds: list[tuple[str, bytes]], chance: random.Random) -> tuple[str, bytes]:
    """Return a name and the bytes of one mutated file."""
    name, data = chance.choice(seeds)
    if data.startswith(b"PK") and chance.random() < 0.85:
        try:
            return name, mutated_zip(data, chance)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
            return name, mutated(data, chance)
    return name, mutated(data, chance)


def plan_of(path: Path) -> None:
    """Read as `check` does."""
    settings = InputSettings(owner_id="780000001")
    make_plan(
        read_orders(path, settings), settings, lambda _, numbers: KnownOrders(states=bytes(len(numbers)))
    )


def every_cell(path: Path) -> None:
    """Read as the writer does."""
    for _ in read_cells(path, InputSettings()):
        continue


WAYS: tuple[Callable[[Path], None], ...] = (plan_of, every_cell)


def outcome(path: Path, way: Callable[[Path], None]) -> str:
    """Return what became of a file: a word, and after a colon what is wrong with that."""
    began = time.monotonic()
    try:
        way(path)
        ended = "table"
    except (FileUnreadable, ColumnsUnclear) as error:
        sentence = error.render(Lang.EN)
        ended = "sentence" if not _EXCEPTION.search(sentence) else f"named: {sentence}"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        ended = f"traceback: {type(error).__name__}: {error}"
    if time.monotonic() - began > MOST_SECONDS:
        return f"slow: {time.monotonic() - began:.1f} s"
    return ended


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("findings"))
    options = parser.parse_args()
    files = sorted(path for folder in options.folder for path in folder.rglob("*") if path.is_file())
    seeds = [(path.name, path.read_bytes()) for path in files if 0 < path.stat().st_size < LARGEST_SEED]
    counts: Counter[str] = Counter()
    number, over = options.seed, time.monotonic() + options.minutes * 60
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < over:
            chance = random.Random(number)
            name, data = a_case(seeds, chance)
            path = Path(folder) / name
            path.write_bytes(data)
            ended = outcome(path, chance.choice(WAYS))
            counts[ended.partition(":")[0]] += 1
            if ":" in ended:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{number}-{name}").write_bytes(data)
                print(f"{number} {name} {ended}", flush=True)
            path.unlink()
            number += 1
    print(f"{number - options.seed} files in {options.minutes:g} minutes: {dict(counts)}")
    return 1 if set(counts) - {"table", "sentence"} else 0


if __name__ == "__main__":
    sys.exit(main())
