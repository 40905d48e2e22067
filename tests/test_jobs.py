"""Jobs: each is done once on however many machines, again after a failure, and by another when its machine died."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.db import connection
from django.utils.timezone import localtime, now

from media4sec.operations import jobs
from media4sec.operations.jobs import DAY, HOUR, JOBS, Job, Scheduler, next_time
from media4sec.operations.models import LEASE, DueJob, JobRun
from tests.test_server import ROOT, database_url, until

# A machine that looks after some jobs which only write down that they were done.
MACHINE = """
import signal, sys
from datetime import timedelta
import django
django.setup()
from media4sec.operations import jobs, models

models.LEASE = jobs.LEASE = timedelta(seconds=4)
jobs.RENEWED_EVERY = jobs.LOOKS_EVERY = 0.3
holder, log, once, *codes = sys.argv[1:]
SAYS = "import os, time; note = lambda text: open({log!r}, 'a').write(text + '\\\\n')\\n{code}"
found = [
    jobs.Job(f"job{number}", jobs.HOUR, arguments=(SAYS.format(log=log, code=code),))
    for number, code in enumerate(codes)
]
jobs.call_command = lambda name, code: exec(code)
scheduler = jobs.Scheduler(holder, tuple(found))
signal.signal(signal.SIGTERM, lambda *given: scheduler.stopping.set())
scheduler.go(once=bool(int(once)))
"""


@pytest.fixture
def machine(tmp_path, transactional_db):
    """A function that starts a machine with jobs, given as code; ``machine.log`` is what they noted."""
    started = []
    log = tmp_path / "log"
    log.touch()

    def start(name, *codes, once=False):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "media4sec.settings",
            "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
            "SECRET_KEY": "only for this machine, which nobody reaches from outside, 0123456789",
        }
        command = [sys.executable, "-c", MACHINE, name, str(log), str(int(once)), *codes]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[-1]

    start.log = lambda: log.read_text("utf-8").split()
    yield start
    for process in started:
        process.kill()
        process.wait()


def due(*names):
    DueJob.objects.bulk_create(DueJob(name=name, due_at=now() - timedelta(seconds=1)) for name in names)


@pytest.mark.slow
def test_each_job_is_done_once_on_two_machines(machine):  # gate 6.17
    codes = [f"note('{number}'); time.sleep(0.5)" for number in range(6)]
    due(*(f"job{number}" for number in range(6)))
    both = [machine(name, *codes) for name in "ab"]

    until(lambda: DueJob.objects.filter(done_at=None).count() == 0, 120)
    for process in both:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    assert sorted(machine.log()) == list("012345")
    assert not JobRun.objects.exists()
    assert all(job.holder == "" and job.due_at > now() + HOUR / 2 for job in DueJob.objects.all())


@pytest.mark.slow
def test_what_a_dead_machine_held_is_done_by_another(machine):  # gate 6.17
    due("job0")
    first = machine("a", "note(f'began:{os.getpid()}'); time.sleep(600)")
    until(lambda: machine.log(), 120)
    time.sleep(6)
    assert DueJob.objects.get().holder == "a"  # held beyond one lease, as long as it lives
    second = machine("b", "note('second')")
    time.sleep(5)
    assert machine.log()[1:] == []

    first.kill()
    first.wait()
    until(lambda: machine.log()[-1] == "second", 60)
    until(lambda: DueJob.objects.get().done_at, 30)
    second.terminate()

    job = int(machine.log()[0].removeprefix("began:"))
    until(lambda: not is_there(job), 10)  # its own process did not outlive it
    run = JobRun.objects.get()
    assert (run.outcome, run.job, run.holder) == ("failed", "job0", "b")
    assert timedelta(seconds=60) >= LEASE


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_a_failure_is_told_and_tried_again_later(machine):
    due("job0", "job1")
    machine("a", "print('something'); raise ValueError('the reason')", "print('two done')", once=True).wait(
        120
    )

    failed = JobRun.objects.get(outcome="failed")
    assert (failed.job, failed.holder) == ("job0", "a")
    assert "something" in failed.said
    assert "ValueError: the reason" in failed.said
    job = DueJob.objects.get(name="job0")
    assert (job.failures, job.holder, job.done_at) == (1, "", None)
    assert now() < job.due_at < now() + timedelta(minutes=2)
    assert JobRun.objects.get(outcome="done").said == "two done"


@pytest.mark.slow
def test_a_stop_lets_jobs_end(machine):  # gate 6.15
    due("job0")
    process = machine("a", "note('began'); time.sleep(3); note('ended')")
    until(lambda: machine.log(), 120)
    process.terminate()

    assert process.wait(30) == 0
    assert machine.log() == ["began", "ended"]
    assert DueJob.objects.get().done_at


def test_failures_wait_longer_each_time_and_not_all_alike():
    job, at = Job("a", HOUR), datetime(2026, 11, 30, 12, tzinfo=UTC)
    waits = [next_time(job, at, failures) - at for failures in (1, 2, 3, 100)]

    assert [
        wait >= least
        for wait, least in zip(waits, (jobs.MINUTE, 2 * jobs.MINUTE, 4 * jobs.MINUTE, HOUR), strict=True)
    ]
    assert waits[0] < 1.3 * jobs.MINUTE
    assert waits[3] < 1.3 * HOUR
    assert len({next_time(job, at, 1) for _ in range(5)}) > 1


@pytest.mark.parametrize("days", [1, 7])
def test_what_is_done_each_day_is_done_at_night(days):
    job, at = Job("a", days * DAY), datetime(2026, 11, 30, 12, tzinfo=UTC)
    found = localtime(next_time(job, at, 0))

    assert found.hour in (jobs.NIGHT, jobs.NIGHT + 1)
    assert timedelta(0) < found - at < days * DAY
    assert next_time(Job("a", HOUR), at, 0) == at + HOUR


# Commands that nobody does again and again, each for its reason.
NOT_JOBS = {
    "for people": {
        "demo", "demo_users", "describe_data_model", "describe_filters", "describe_rights", "export_records",
        "load_records", "messages", "migrate", "rebuild_publications", "set_up_link",
    },
    "how the portal runs": {"run_jobs", "serve", "export_site", "export_errors"},
    "where backups are kept, by a timer": {"backup", "verify_backup", "restore", "check_migrations"},
}  # fmt: skip


def test_every_command_of_ours_is_a_job_or_has_a_reason_not_to_be():
    ours = {
        name for name, app in get_commands().items() if not str(app).startswith(("django.", "rest_framework"))
    }
    ours = {name for name in ours if (Path(ROOT, *path_of(name))).exists()}
    named = {job.name for job in JOBS}

    assert "publish_due" in ours
    assert ours - named == ours & set().union(*NOT_JOBS.values())
    assert named - ours == {"clearsessions"}
    assert named <= set(get_commands())


def path_of(name):
    app = get_commands()[name]
    return (*str(app).split("."), "management", "commands", f"{name}.py")


@pytest.mark.django_db
def test_jobs_that_need_a_setting_are_nobodys_without(settings):
    settings.OUTGOING_REQUESTS = False
    assert "send_webhooks" not in Scheduler("a").jobs
    settings.OUTGOING_REQUESTS = True
    assert "send_webhooks" in Scheduler("a").jobs


@pytest.mark.django_db
def test_the_list_says_when_each_is_due(capsys):
    call_command("run_jobs", "--list")
    said = capsys.readouterr().out

    assert "publish_due: not done yet" in said
    assert said.count("\n") == len(Scheduler("a").jobs)
    assert DueJob.objects.get(name="forget_files").due_at > now()
    assert DueJob.objects.get(name="publish_due").due_at <= now()


@pytest.mark.django_db
def test_a_lease_is_anothers_only_when_it_is_over():
    DueJob.objects.create(name="a", due_at=now() - timedelta(seconds=1))  # SQLite has milliseconds
    assert DueJob.take("a", "first").holder == ""
    assert DueJob.take("a", "second") is None
    assert DueJob.keep("a", "first")
    assert not DueJob.keep("a", "second")

    DueJob.objects.update(until=now() - timedelta(seconds=1))
    assert not DueJob.keep("a", "first")
    assert DueJob.take("a", "second").holder == "first"
    DueJob.give_back("a", "first", failures=9)
    assert DueJob.objects.get().holder == "second"
    DueJob.give_back("a", "second", due_at=now() + HOUR)
    assert DueJob.take("a", "third") is None


@pytest.mark.django_db
def test_a_command_that_fails_once_ends_so(monkeypatch):
    monkeypatch.setattr(Scheduler, "go", lambda self, once: setattr(self, "failed", 2))
    monkeypatch.setattr(signal, "signal", lambda *given: None)
    with pytest.raises(CommandError, match="2 failed"):
        call_command("run_jobs", "--once")
