"""Consoles of code page 936 and 1252: every text is shown, what the code page lacks as `?`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("code_page", ["cp936", "cp1252"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_error_is_shown_in_the_code_page_of_the_console(
    code_page: str, language: str, tmp_path: Path
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "batchsync", "check", "订单\U0001f600.csv"],
        capture_output=True,
        cwd=tmp_path,
        env=os.environ
        | {
            "PYTHONIOENCODING": code_page,
            "BATCHSYNC_OUTPUT__LANGUAGE": language,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        check=False,
    )
    shown = ran.stderr.decode(code_page)
    assert (2, True, False) == (ran.returncode, "?.csv" in shown, "Traceback" in shown)
