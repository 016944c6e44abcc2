"""docs/sandbox.md lists every behaviour and option."""

import argparse
import re
from pathlib import Path

from batchsync import sandbox
from batchsync.sandbox.script import BEHAVIOURS, read_script

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"


def test_every_behaviour_is_documented() -> None:
    """Each one is in the table."""
    named = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    assert set() == set(BEHAVIOURS) - {"code", "http"} - named


def test_every_option_is_documented() -> None:
    """All of `--help` except --host and --token."""
    parser = argparse.ArgumentParser(add_help=False)
    sandbox.add_arguments(parser)
    options = {option for action in parser._actions for option in action.option_strings}
    assert {"--host", "--token"} == options - set(re.findall(r"--[\w-]+", PAGE.read_text(encoding="utf-8")))


def test_the_example_script_is_valid(tmp_path: Path) -> None:
    """It is read without an error."""
    block = re.search(
        r"(?:^    \S.*\n)+", PAGE.read_text(encoding="utf-8").split("## Scripts")[1], re.MULTILINE
    )
    assert block is not None
    file = tmp_path / "script.yaml"
    file.write_text(block[0], encoding="utf-8")
    assert 6 == len(read_script(file).orders)
