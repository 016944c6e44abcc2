"""`make test-windows`: sets Wine up, runs the commands there, then the suites that hold on Windows, too."""

import subprocess
import sys

from tests.windows import wine

SUITES = (
    "tests/settings",
    "tests/nightly",
    "tests/ledger",
    "tests/reader",
    "tests/job",
    "tests/writer/test_output_file.py",
)
"""Run by the Windows Python itself; tests of POSIX features skip there with their reason."""


def main() -> int:
    """Return 0 when both parts pass."""
    wine.set_up()
    commands = [sys.executable, "-m", "pytest", "-v", "-rs", "-p", "no:cacheprovider", "tests/windows"]
    codes = [subprocess.run(commands, check=False, cwd=wine.ROOT).returncode]
    tests = wine.command("-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *SUITES)
    with subprocess.Popen(
        tests,
        cwd=wine.ROOT,
        env=wine.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,  # Wine cannot write to a plain file
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
    codes.append(process.returncode)
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
