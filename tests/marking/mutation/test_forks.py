"""Forks with limits: one that hangs, grows or crashes never stops the others."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from grader.marking.mutation.forks import Ended, Limits, Report, in_forks

Work = Callable[[Report], None]


def _ended(*works: Work, limits: Limits | None = None, **how: Any) -> list[Ended[Work]]:
    found = list(in_forks(works, lambda work, report: work(report), limits or Limits(), **how))
    return sorted(found, key=lambda ended: works.index(ended.job))


def _computes_for_ever(report: Report) -> None:
    report("first")
    while True:
        pass


def _sleeps(report: Report) -> None:
    report("first")
    time.sleep(100)


def _crashes(report: Report) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _raises(report: Report) -> None:
    raise SystemExit("that's all")


def _grows(report: Report) -> None:
    report(len(bytearray(3 << 30)))


def _leaves_a_child(report: Report) -> None:
    if os.fork() == 0:
        time.sleep(100)
    report(os.getpgid(0))


def _is_well(report: Report) -> None:
    report({"answer": [1, "ä"]})
    report(None)


def test_reports_come_back_as_plain_json() -> None:
    (ended,) = _ended(_is_well)
    assert (ended.reports, ended.cause) == ([{"answer": [1, "ä"]}, None], "")


def test_each_ends_alone_and_says_why() -> None:
    works = [_computes_for_ever, _crashes, _raises, _grows, _is_well]
    ended = _ended(*works, limits=Limits(cpu=1), at_once=3)
    assert [one.cause for one in ended] == [
        "it computed too long",
        "it ended by SIGSEGV",
        "SystemExit: that's all",
        "MemoryError: ",
        "",
    ]
    assert [one.reports for one in ended] == [["first"], [], [], [], _ended(_is_well)[0].reports]


def test_what_waits_ends_by_the_clock() -> None:
    (ended,) = _ended(_sleeps, limits=Limits(wall=1.0))
    assert (ended.reports, ended.cause) == (["first"], "it took too long")


def test_a_whole_group_is_killed() -> None:
    # The grandchild holds the pipe open, so the fork ends with its limit.
    (ended,) = _ended(_leaves_a_child, limits=Limits(wall=1.0))
    assert _is_gone(ended.reports[0])


def _is_gone(group: int) -> bool:
    """Within some seconds: an orphan is there until whoever took it over has seen that it ended."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_nothing_is_started_after_the_deadline() -> None:
    assert _ended(_is_well, deadline=time.monotonic()) == []
    started = time.monotonic()
    found = _ended(*[_sleeps] * 5, limits=Limits(wall=4.0), at_once=2, deadline=started + 3.0)
    assert len(found) == 2


def test_no_file_is_left_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    _ended(_is_well, _raises, _crashes)
    assert len(os.listdir("/proc/self/fd")) == before
