"""An Airflow DAG: the night as one task, on the worker that has inbox and ledger on its own disk."""

# ruff: noqa: INP001, DTZ001 (a file for Airflow's folder, which reads naive dates as its own time)
from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    dag_id="batchsync_nightly",
    schedule="0 22 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags=["batchsync"],
) as dag:
    # Exit code 99 is skipped: 1 (some rows need a look) and 3 (stopped early) are in the notification and the report.
    # No retries: the next night takes up whatever this one left, and a lost answer is never paid for again.
    BashOperator(
        task_id="nightly",
        queue="batchsync",
        bash_command=(
            "batchsync nightly --config /etc/batchsync/config.yaml --log-json; "
            'code=$?; case "$code" in 1|3) exit 99;; *) exit "$code";; esac'
        ),
        skip_on_exit_code=99,
        retries=0,
        execution_timeout=timedelta(hours=10),
    )
