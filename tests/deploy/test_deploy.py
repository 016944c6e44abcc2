"""The schedules: every file parses, and every command, option and setting in it exists."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
import yaml
from defusedxml import ElementTree

from batchsync.cli.parser import parse
from batchsync.messages import Lang
from batchsync.settings import load

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def commands(path: Path) -> Iterator[list[str]]:
    """Yield every call of ours in a file, in whatever dress it stands there."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".xml":
        yield shlex.split(re.findall(r"<Arguments>(.*)</Arguments>", text)[0], posix=False)
    for words in re.findall(r'\["((?:nightly|watch|worker|batchsync", ")[^\]]*)"\]', text):
        yield [word for word in words.split('", "') if word != "batchsync"]
    for words in re.findall(r"\bbatchsync ((?:nightly|watch|doctor|init)\b[^;\n`\"#]*)", text):
        yield [word for word in shlex.split(words.split("2>>")[0].split(",")[0]) if word != "..."]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_command_and_option_exists(path: Path) -> None:
    """Our own parser takes each of them."""
    for given in commands(path):
        if given[-1:] == ["--config"]:
            given.append("config.yaml")
        assert parse(given, Lang.EN).command == given[0], given


def test_each_schedule_calls_a_night() -> None:
    """Or the watch; none is forgotten by the test above."""
    callers = {path.name for path in FILES if any(call[0] in ("nightly", "watch") for call in commands(path))}
    assert {
        *(
            "batchsync-nightly.service",
            "batchsync-watch.service",
            "batchsync.crontab",
            "batchsync-nightly.xml",
        ),
        *("Dockerfile", "compose.yaml", "batchsync_nightly.py", "cronjob.yaml"),
    } <= callers


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_exists(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set by environment is taken as it stands there."""
    for name in list(os.environ):
        if name.startswith("BATCHSYNC_"):
            monkeypatch.delenv(name)
    text = path.read_text(encoding="utf-8")
    for name, value in re.findall(r"(BATCHSYNC_[A-Z]+__[A-Z_]+)[=:]\s*[\"']?([^\s\"'\\]+)", text):
        monkeypatch.setenv(name, value.replace("dingtalk://...", "dingtalk://token"))
    for name, value in re.findall(r"name: (BATCHSYNC_[A-Z]+__[A-Z_]+)\s+value: \"?([^\s\"]+)", text):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(path.parent)
    assert load().config is not None
    for section, key in re.findall(r"\b(api|spend|inbox|notify)\.([a-z_]{3,})\b", text):
        if key != "yaml":
            assert hasattr(getattr(load().config, section), key), f"{section}.{key}"


# --- systemd ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing amiss; only the place of the program is this machine's."""
    program = shutil.which("true")
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text(encoding="utf-8").replace("/usr/local/bin/batchsync", str(program))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    ran = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in ran.stderr.splitlines() if "batchsync" in line]
    assert (0, []) == (ran.returncode, ours), ran.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_the_timer_fires_every_night() -> None:
    """systemd states the same of 22:00 as we do."""
    text = (DEPLOY / "systemd" / "batchsync-nightly.timer").read_text(encoding="utf-8")
    (when,) = re.findall(r"OnCalendar=(.*)", text)
    ran = subprocess.run(["systemd-analyze", "calendar", when], capture_output=True, text=True, check=True)
    assert "Normalized form: *-*-* 22:00:00" in ran.stdout


# --- The others ---------------------------------------------------------------------------------------------


def test_cron_takes_the_line() -> None:
    """Five fields in their ranges, a user, a command; settings of the environment above it."""
    lines = (DEPLOY / "cron" / "batchsync.crontab").read_text(encoding="utf-8").splitlines()
    (job,) = [line for line in lines if re.match(r"[\d*]", line)]
    minute, hour, *rest = job.split()[:5]
    assert (True, True, ["*"] * 3) == (0 <= int(minute) < 60, 0 <= int(hour) < 24, rest)
    assert ("batchsync", "batchsync", False) == (*job.split()[5:7], "%" in job)
    assert [] == [line for line in lines if line and not re.match(r"#|[A-Z]+=|[\d*]", line)]


def test_the_task_is_one_for_windows() -> None:
    """Namespace and order of the schema; never two at once; made up for when the machine was off."""
    task = ElementTree.fromstring((DEPLOY / "windows" / "batchsync-nightly.xml").read_bytes())
    assert ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"] == [
        part.tag.removeprefix(TASK) for part in task
    ]
    settings = {part.tag.removeprefix(TASK): part.text for part in task.iterfind(f"{TASK}Settings/*")}
    assert ("IgnoreNew", "true", "PT10H") == (
        settings["MultipleInstancesPolicy"],
        settings["StartWhenAvailable"],
        settings["ExecutionTimeLimit"],
    )


def test_the_image_is_slim_and_without_root() -> None:
    """Instructions that exist, sources that are there, a user of its own, a health check, a volume."""
    text = (DEPLOY / "docker" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]
    known = {
        *("FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "HEALTHCHECK"),
        *("STOPSIGNAL", "ENTRYPOINT", "CMD"),
    }
    names = [name for name, _ in lines]
    assert set() == set(names) - known
    assert [] == [words for name, words in lines if name == "FROM" and "slim" not in words]
    copied = [
        word
        for name, words in lines
        if name == "COPY" and "--from" not in words
        for word in words.split()[:-1]
    ]
    assert [] == [source for source in copied if not (REPOSITORY / source).exists()]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert {"HEALTHCHECK", "VOLUME"} <= set(names)


def test_compose_keeps_the_container_small() -> None:
    """The image's Dockerfile is there; nothing can be written but the volume; the token is a secret."""
    composed = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    service = composed["services"]["batchsync"]
    context = (DEPLOY / "docker" / service["build"]["context"]).resolve()
    assert (True, True, ["ALL"], {"batchsync_token"}) == (
        (context / service["build"]["dockerfile"]).is_file(),
        service["read_only"],
        service["cap_drop"],
        set(composed["secrets"]),
    )
    assert ["./data:/data"] == service["volumes"]


def test_the_cronjob_never_overlaps_and_never_retries() -> None:
    """What it mounts is declared; it is no root; a second one is forbidden."""
    job = yaml.safe_load((DEPLOY / "kubernetes" / "cronjob.yaml").read_text(encoding="utf-8"))
    spec = job["spec"]
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert ("batch/v1", "Forbid", 0, "Never", True) == (
        job["apiVersion"],
        spec["concurrencyPolicy"],
        spec["jobTemplate"]["spec"]["backoffLimit"],
        pod["restartPolicy"],
        pod["securityContext"]["runAsNonRoot"],
    )
    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_the_dag_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a substitute of Airflow: one task, no retries, one run at a time."""
    made: dict[str, Any] = {}

    class Dag:
        def __init__(self, **given: Any) -> None:
            made["dag"] = given

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return

    for name in (
        "airflow",
        "airflow.providers",
        "airflow.providers.standard",
        "airflow.providers.standard.operators",
    ):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    bash = types.ModuleType("airflow.providers.standard.operators.bash")
    bash.BashOperator = lambda **given: made.update(task=given)  # type: ignore[attr-defined]  # noqa: PLW0108
    sdk = types.ModuleType("airflow.sdk")
    sdk.DAG = Dag  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, bash.__name__, bash)
    monkeypatch.setitem(sys.modules, sdk.__name__, sdk)
    path = DEPLOY / "airflow" / "batchsync_nightly.py"
    text = path.read_text(encoding="utf-8")
    exec(compile(ast.parse(text), str(path), "exec"), {})
    assert (1, False, 0, 99) == (
        made["dag"]["max_active_runs"],
        made["dag"]["catchup"],
        made["task"]["retries"],
        made["task"]["skip_on_exit_code"],
    )


@pytest.mark.parametrize(("ended", "becomes"), [(0, 0), (1, 99), (3, 99), (4, 4), (70, 70)])
def test_the_dags_shell_line_turns_exit_codes(ended: int, becomes: int, tmp_path: Path) -> None:
    """What needs a look is skipped, not failed: it is reported elsewhere, and must not be tried again."""
    text = (DEPLOY / "airflow" / "batchsync_nightly.py").read_text(encoding="utf-8")
    (parts,) = re.findall(r"bash_command=\(\s*(.*?)\s*\),\n", text, flags=re.DOTALL)
    program = tmp_path / "batchsync"
    program.write_text(f"#!/bin/sh\nexit {ended}\n")
    program.chmod(0o755)
    ran = subprocess.run(
        ["/bin/sh", "-c", ast.literal_eval(f"({parts})")],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        check=False,
    )
    assert becomes == ran.returncode


def test_the_readme_names_every_file() -> None:
    """And nothing that isn't there."""
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert [] == [link for link in links if not (DEPLOY / link).exists()]
    assert {path.name for path in DEPLOY.iterdir() if path.is_dir()} <= {link.split("/")[0] for link in links}
