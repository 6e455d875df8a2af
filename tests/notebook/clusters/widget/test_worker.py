"""The widget's threads."""

from __future__ import annotations

import threading

from igniter_nb.notebook.kernel.worker import Worker
from tests.notebook.clusters.widget.page import LONG, threads


def test_jobs_are_done_in_order_and_only_the_latest_of_a_kind():
    """A job whose key waits puts away the one that waits, and is done when it is its turn."""
    done, begun, go = [], threading.Event(), threading.Event()
    worker = Worker("igniter-test")

    def hold():
        begun.set()
        assert go.wait(LONG)

    assert not worker.put("hold", hold)
    assert begun.wait(LONG)
    assert not worker.put("a", lambda: done.append("a"))
    assert not worker.put("b", lambda: done.append("b"))
    assert worker.put("a", lambda: done.append("a again"))
    ended = threading.Event()
    worker.put("end", ended.set)
    go.set()
    assert ended.wait(LONG)
    worker.close()

    assert done == ["b", "a again"]


def test_there_is_no_thread_before_the_first_job_and_none_after_the_end():
    """A worker that is asked for nothing costs nothing; a closed one does nothing and ends."""
    worker = Worker("igniter-idle")
    assert threads("igniter-idle") == []
    first = threading.Event()
    worker.put(1, first.set)
    assert first.wait(LONG)
    (thread,) = threads("igniter-idle")

    worker.close()
    thread.join(LONG)

    assert not thread.is_alive()
    late = []
    assert not worker.put(2, lambda: late.append(2))
    assert late == []


def test_a_job_that_fails_does_not_stop_the_others():
    """After an error the next job is done."""
    worker, done = Worker("igniter-test"), threading.Event()

    def fail():
        raise ArithmeticError

    worker.put(1, fail)
    worker.put(2, done.set)

    assert done.wait(LONG)
    worker.close()


def test_where_no_thread_can_be_started_jobs_are_done_at_once(monkeypatch):
    """A system that refuses threads leaves a worker that does what it is given."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    worker, done = Worker("igniter-test"), []

    worker.put(1, lambda: done.append(1))
    worker.put(1, lambda: done.append(2))

    assert done == [1, 2]
