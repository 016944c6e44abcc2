"""`make bench`: all goals of speed, then docs/performance.md. Twelve minutes on two cores; `--quick` is a tenth of it.

python -m benchmarks [--quick]
"""

import subprocess
import sys

from benchmarks.measure import ROOT

FULL = (
    ("startup",),
    ("calls",),
    ("rate",),
    ("reading",),
    ("writing",),
    ("whole",),
    ("million",),
    ("peers",),
    ("report",),
)
QUICK = (
    ("startup", "--rounds", "3"),
    ("calls", "--rows", "2000", "--rounds", "2"),
    ("rate", "--rates", "50", "--seconds", "4"),
    ("reading", "--rows", "50000", "--rounds", "1"),
    ("writing", "--rows", "50000", "--back", "10000"),
    ("whole", "--rows", "50000", "--rounds", "1", "--sizes", "1000,10000,50000", "--sent", "1000,10000"),
    ("million", "--rows", "20000"),
    ("report",),
)


def main() -> None:
    for name, *options in QUICK if "--quick" in sys.argv else FULL:
        print(f"{name} {' '.join(options)}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], cwd=ROOT, check=False)


if __name__ == "__main__":
    main()
