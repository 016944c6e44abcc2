"""Child processes of tests: they end when the process that runs the tests ends, even if that is killed."""

import ctypes
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1


def end_with_parent() -> dict[str, Any]:
    """Return options of subprocess.Popen that make Linux kill the child when its parent ends; elsewhere none."""
    if sys.platform != "linux":
        return {}
    prctl = ctypes.CDLL(None).prctl
    return {"preexec_fn": lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL)}
