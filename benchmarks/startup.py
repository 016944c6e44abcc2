"""Goal 6: `batchsync --help` against `python -c "import aiohttp"`.

python -m benchmarks.startup [--rounds N]
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from benchmarks.measure import WORK, Report, ratio, rounds, run


def seconds(command: Sequence[str]) -> Callable[[], float]:
    def contest() -> float:
        measured = run(command)
        assert measured.status == 0, measured.stderr
        return measured.elapsed_s

    return contest


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    report = Report("startup", f"python -m benchmarks.startup --rounds {options.rounds}")
    figures = rounds(
        {
            "aiohttp": seconds([sys.executable, "-c", "import aiohttp"]),
            "help": seconds([sys.executable, "-m", "batchsync", "--help"]),
            "run help": seconds([sys.executable, "-m", "batchsync", "run", "--help"]),
        },
        count=options.rounds,
    )
    report.add(
        6, "`batchsync --help` against `import aiohttp`", ratio(figures["help"], figures["aiohttp"]), most=1.5
    )
    report.add(
        6, "`batchsync run --help` against it", ratio(figures["run help"], figures["aiohttp"]), most=1.5
    )
    report.save()


if __name__ == "__main__":
    main()
