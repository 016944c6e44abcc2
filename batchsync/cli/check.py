"""`check`: the same reading and planning as `run`, and nothing else."""

import argparse

from batchsync.cli import arguments as given
from batchsync.cli import outcome, planned
from batchsync.cli.console import Console
from batchsync.errors import BatchsyncError, UsageError
from batchsync.job import Foreseen, Job, RunOptions
from batchsync.words import talk


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Show what a run would send and cost."""
    console.stdout_taken = arguments.plan == "-"
    files = given.files(arguments.files)
    if arguments.plan and len(files) > 1:
        raise UsageError(talk.ONE_PLAN, count=len(files))
    target = given.target(arguments, "--plan", *files)
    config = given.settings(arguments, console).config
    options = RunOptions(resend=arguments.resend, resend_uncertain=arguments.resend_uncertain)
    job, foreseen = Job(config), Foreseen() if len(files) > 1 else None
    codes = []
    for path in files:
        try:
            checked = job.check(path, options, foreseen)
        except BatchsyncError as error:
            console.fault(error.say(console.lang))
            codes.append(error.exit_code)
            continue
        console.follow(config.output.language, checked.lang)
        planned.show(checked, console)
        if arguments.plan:
            planned.write(checked.plan, target, console)
        codes.append(planned.exit_code(checked))
    return outcome.exit_code(codes)
