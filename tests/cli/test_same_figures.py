"""A long story of one file: after each step all outputs agree to the point, and none promises less than was charged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batchsync.cli import main
from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import make_script
from batchsync.sandbox.server import Sandbox

ORDERS = [f"260101-{n:015d}" for n in range(1, 13)]
LOST: dict[str, Any] = {order: ["close", "ok"] for order in ORDERS[1:9]}


@pytest.fixture
def outputs(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command and return what it prints as JSON."""

    def run(*command: str) -> Any:
        capsys.readouterr()
        main([*command])
        return json.loads(capsys.readouterr().out)

    return run


def check_figures(server: Sandbox, outputs: Callable[..., Any]) -> None:
    """Compare history, report, and spend by run; compare their sum with what the server charged."""
    history = {run["run"]: run["summary"] for run in outputs("history", "--json")}
    *spent, total = outputs("spend", "--by", "run", "--json")
    assert sum(run["calls"] > 0 for run in history.values()) == len(spent)
    for run, summary in history.items():
        (reported,) = outputs("report", run, "--summary-json", "-")
        names = (
            "synced",
            "already_synced",
            "failed",
            "uncertain",
            "not_sent",
            "rows",
            "calls",
            "points_spent",
        )
        assert {name: summary[name] for name in names} == {name: reported[name] for name in names}
    for row in spent:
        summary = history[row["run"]]
        assert (row["points"], row["points_possible"], row["amount_missing"], row["calls"]) == (
            summary["points_spent"],
            summary["points_possible"],
            summary["amount_missing"],
            summary["calls"],
        )
    by_day = outputs("spend", "--json")[-1]
    assert {**total, "run": None, "day": None} == {**by_day, "run": None, "day": None}
    assert total["points"] <= server.charge_log.points <= total["points"] + total["points_possible"]


def test_all_outputs_agree_after_each_step(
    monkeypatch: pytest.MonkeyPatch, outputs: Callable[..., Any]
) -> None:
    """Check, run, lost responses, stop, resume, resolve in the workbook, by command, by statement; send one again."""
    script = make_script({"*": ["ok"], **LOST})
    with run_in_thread(SandboxSettings(script=script)) as server:
        monkeypatch.setenv("BATCHSYNC_API__URL", server.url)
        monkeypatch.setenv("BATCHSYNC_TOKEN", server.token)
        lines = [f"{order},7" for order in ORDERS]
        Path("orders.csv").write_text("\n".join(["order_sn,mall_id", *lines]) + "\n", encoding="utf-8")
        main(["check", "orders.csv"])
        check_figures(server, outputs)
        main(["run", "orders.csv", "--limit", "6"])
        check_figures(server, outputs)
        main(["run", "orders.csv"])
        check_figures(server, outputs)
        first = outputs("history", "--json")[-1]["run"]
        main(["resolve", "--charged", ORDERS[1], ORDERS[2]])
        check_figures(server, outputs)
        Path("statement.csv").write_text(
            "order_sn,mall_id,points\n" + "".join(f"{order},7,1\n" for order in (ORDERS[0], *ORDERS[4:6])),
            encoding="utf-8",
        )
        assert 0 == main(["resolve", "--statement", "statement.csv", "--yes"])
        (again,) = outputs("report", first, "--summary-json", "-")
        assert (1, 5, 0) == (again["points_spent"], again["points_possible"], again["already_synced"])
        check_figures(server, outputs)
        decided = f"order_sn,mall_id,decision\n{ORDERS[6]},7,charged\n"
        Path("decided.csv").write_text(decided, encoding="utf-8")
        main(["run", "decided.csv"])
        check_figures(server, outputs)
        Path("one.csv").write_text(f"order_sn,mall_id\n{ORDERS[7]},7\n", encoding="utf-8")
        main(["run", "one.csv", "--resend-uncertain", "--yes"])
        assert len(ORDERS) + 1 == len(server.charge_log.calls)
        check_figures(server, outputs)
