"""`check`: the same reading and planning as `run`, and nothing else."""

import argparse

from batchsync.cli import arguments as given
from batchsync.cli import plan_view
from batchsync.cli.console import Console
from batchsync.errors import BatchsyncError, UsageError
from batchsync.exit_codes import exit_code_of_all
from batchsync.job import EarlierFiles, Job, RunOptions
from batchsync.messages import cli, commands


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Show what a run would send and cost."""
    console.stdout_taken = arguments.plan == "-" or arguments.json
    if arguments.json and arguments.plan == "-":
        raise UsageError(commands.NOT_TOGETHER, one="--json", other="--plan -")
    files = given.files(arguments.files)
    if arguments.plan and len(files) > 1:
        raise UsageError(cli.ONE_PLAN, count=len(files))
    target = given.target(arguments, "--plan", *files)
    config = given.settings(arguments, console).config
    options = RunOptions(
        resend=arguments.resend,
        resend_uncertain=arguments.resend_uncertain,
        include_unusual=arguments.include_unusual,
    )
    job, earlier_files = Job(config), EarlierFiles() if len(files) > 1 else None
    codes = []
    described = []
    for path in files:
        try:
            checked = job.check(path, options, earlier_files)
        except BatchsyncError as error:
            console.error(error.render(console.lang))
            described.append(
                {
                    "file": str(path),
                    "error": error.render(console.lang),
                    "exit_code": int(error.exit_code),
                }
            )
            codes.append(error.exit_code)
            continue
        console.set_language(config.output.language, checked.lang)
        if arguments.json:
            described.append(plan_view.as_json(checked, console.lang))
        else:
            plan_view.show(checked, console)
        if arguments.plan:
            plan_view.write(checked.plan, target, console)
        codes.append(plan_view.exit_code(checked))
    if arguments.json:
        plan_view.write_json(described, console)
    return exit_code_of_all(codes)
