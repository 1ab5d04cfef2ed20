"""Reads a file of DAGs with stand-ins for Airflow's classes, and tells as JSON what it has made."""
import json
import runpy
import sys
import types

dags = []


class DAG:
    def __init__(self, dag_id, schedule, start_date, catchup, max_active_runs, max_active_tasks, tags, default_args=None):
        assert start_date.utcoffset().total_seconds() == 0 and not catchup
        assert (max_active_runs, max_active_tasks, tags) == (1, 1, ["insights"])
        self.told = {"dag": dag_id, "schedule": schedule, "tasks": [], "order": [], "default_args": default_args}
        dags.append(self.told)

    def __enter__(self):
        BashOperator.dag = self.told

    def __exit__(self, *_):
        BashOperator.dag = None


class BashOperator:
    dag = None

    def __init__(self, task_id, bash_command, doc, execution_timeout=None, queue=None):
        minutes = execution_timeout and execution_timeout.total_seconds() / 60
        self.id, self.of = task_id, BashOperator.dag
        task = {"id": task_id, "command": bash_command, "minutes": minutes, "queue": queue, "doc": doc}
        self.of["tasks"].append(task)

    def __rshift__(self, other):
        assert self.of is other.of
        self.of["order"].append([self.id, other.id])


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made


module("airflow", DAG=DAG)
module(sys.argv[2].rpartition(".")[0])
module(sys.argv[2], BashOperator=BashOperator)
runpy.run_path(sys.argv[1])
print(json.dumps(dags))
