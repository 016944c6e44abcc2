"""The page about the sandbox names what it can do."""

import argparse
import re
from pathlib import Path

from batchsync import sandbox
from batchsync.sandbox.script import ACTS, read_script

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"


def test_every_act_is_explained() -> None:
    """Each word of a script stands in the table."""
    named = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    assert set() == set(ACTS) - {"code", "http"} - named


def test_every_option_is_explained() -> None:
    """As `--help` lists them, but for where to listen and who is let in."""
    parser = argparse.ArgumentParser(add_help=False)
    sandbox.add_arguments(parser)
    options = {option for action in parser._actions for option in action.option_strings}
    assert {"--host", "--token"} == options - set(re.findall(r"--[\w-]+", PAGE.read_text(encoding="utf-8")))


def test_the_example_can_be_played(tmp_path: Path) -> None:
    """The script on the page is one."""
    block = re.search(
        r"(?:^    \S.*\n)+", PAGE.read_text(encoding="utf-8").split("## Scripts")[1], re.MULTILINE
    )
    assert block is not None
    file = tmp_path / "script.yaml"
    file.write_text(block[0], encoding="utf-8")
    assert 6 == len(read_script(file).orders)
