"""Installs a wheel into an empty environment with an empty home, and runs demo, setup, doctor and the page from it."""

import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

COMMANDS = (("demo",), ("setup", "--yes", "--no-shortcut"))


def main(dist: Path) -> None:
    """Check the newest wheel of a folder; raises when a command fails."""
    wheel = max(dist.glob("batchsync-*.whl"), key=lambda path: path.stat().st_mtime).absolute()
    assert list(dist.glob("batchsync-*.tar.gz")), "no sdist"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        home.mkdir()
        subprocess.run([sys.executable, "-m", "venv", f"{folder}/venv"], check=True)
        binaries = Path(folder, "venv", "Scripts" if sys.platform == "win32" else "bin")
        install = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, str(wheel)], check=True)
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BATCHSYNC_", "XDG_", "PYTHON"))
        }
        environment |= {"HOME": str(home), "USERPROFILE": str(home)}
        program = str(binaries / "batchsync")
        for command in COMMANDS:
            subprocess.run([program, *command], check=True, cwd=home, env=environment)
        environment["BATCHSYNC_API__URL"] = "http://127.0.0.1:9/"  # nobody listens: `doctor` must end with 1
        doctor = subprocess.run([program, "doctor"], check=False, cwd=home, env=environment)
        assert doctor.returncode in (0, 1), doctor.returncode
        _check_page(program, home, environment)


def _check_page(program: str, home: Path, environment: dict[str, str]) -> None:
    """Open the page's first address."""
    with subprocess.Popen(
        [program, "web", "--no-browser", "--port", "0"],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as page:
        try:
            assert page.stdout is not None
            address = re.search(r"http://\S+", page.stdout.readline())
            assert address is not None
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with opener.open(address.group(), timeout=30) as response:
                assert response.status == 200
        finally:
            page.kill()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
