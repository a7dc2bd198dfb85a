"""Work done in forks with limits: what hangs or crashes ends alone.

A fork has what its parent has loaded, so it starts in milliseconds. The parent must run no threads:
torch with one, and no GPU.
"""

import faulthandler
import gc
import json
import os
import resource
import selectors
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

Job = TypeVar("Job")
Report = Callable[[Any], None]

_LONGEST = 1 << 20
"""Bytes of reports that are kept of one fork."""


@dataclass(frozen=True)
class Limits:
    """What one fork may take.

    Attributes:
        cpu: whole seconds of computing.
        wall: seconds from start to end, waiting included.
        memory: bytes of address space beyond what the parent has.
    """

    cpu: int = 20
    wall: float = 60.0
    memory: int = 2 << 30


@dataclass(frozen=True)
class Ended(Generic[Job]):
    """How a fork ended.

    Attributes:
        job: what it was given.
        reports: what it sent while it ran, as plain JSON gives it back.
        cause: why it ended before its work was done, in words; empty when it did it all.
        cpu: seconds of computing that it took.
    """

    job: Job
    reports: list[Any]
    cause: str
    cpu: float


def in_forks(
    jobs: Iterable[Job],
    work: Callable[[Job, Report], None],
    limits: Limits,
    *,
    at_once: int = 2,
    deadline: float = float("inf"),
) -> Iterator[Ended[Job]]:
    """Does `work(job, report)` for each job in a fork of its own, in the order in which they end.

    Args:
        work: its reports must be plain JSON; an exception ends the fork and is its cause.
        deadline: no job is started after this time of `time.monotonic()`; those running are
            waited for.
    """
    waiting = iter(jobs)
    running: dict[int, _Fork[Job]] = {}
    exhausted = False
    gc.collect()
    gc.freeze()  # a collection in a fork would copy every page that it looks at
    try:
        with selectors.DefaultSelector() as selector:
            while True:
                while not exhausted and len(running) < at_once:
                    if time.monotonic() >= deadline:
                        exhausted = True
                        break
                    try:
                        fork = _Fork(next(waiting), work, limits)
                    except StopIteration:
                        exhausted = True
                        break
                    running[fork.pipe] = fork
                    selector.register(fork.pipe, selectors.EVENT_READ)
                if not running:
                    return
                until = min(fork.until for fork in running.values())
                for key, _ in selector.select(max(0.0, until - time.monotonic())):
                    running[key.fd].read()
                for fork in [fork for fork in running.values() if fork.is_over()]:
                    selector.unregister(fork.pipe)
                    del running[fork.pipe]
                    yield fork.end()
    finally:
        gc.unfreeze()
        for fork in running.values():
            fork.end()


@dataclass(eq=False)
class _Fork(Generic[Job]):
    job: Job
    work: Callable[[Job, Report], None]
    limits: Limits
    pid: int = field(init=False)
    pipe: int = field(init=False)
    until: float = field(init=False)
    received: bytes = b""
    closed: bool = False

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.limits.wall
        self.pipe, sending = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.pipe)
                _run(self.job, self.work, self.limits, sending)
            finally:
                os._exit(1)
        os.close(sending)
        # The child does the same: whoever comes first, the group exists before it is needed.
        with suppress(OSError):
            os.setpgid(self.pid, self.pid)

    def read(self) -> None:
        """Takes what has come; it never waits when the selector has called."""
        some = os.read(self.pipe, 1 << 16)
        self.received = (self.received + some)[:_LONGEST]
        self.closed = not some

    def is_over(self) -> bool:
        return self.closed or time.monotonic() >= self.until

    def end(self) -> Ended[Job]:
        """Kills what is left of the group, takes the child's status, and says how it ended."""
        late = not self.closed
        if not late:
            # It closes its pipe as its last act, on its way out.
            _wait_a_moment(self.pid)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self.pid, 0)
        os.close(self.pipe)
        reports = [
            json.loads(line) for line in self.received.splitlines(keepends=True) if _whole(line)
        ]
        cause = "it took too long" if late else _cause(os.waitstatus_to_exitcode(status))
        if reports and isinstance(reports[-1], dict) and "raised" in reports[-1]:
            cause = reports.pop()["raised"]
        return Ended(self.job, reports, cause, usage.ru_utime + usage.ru_stime)


def _run(job: Job, work: Callable[[Job, Report], None], limits: Limits, sending: int) -> None:
    """The child: never returns."""
    os.setpgid(0, 0)
    faulthandler.disable()  # it may hold a copy of the parent's stderr
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    # At the first limit comes a signal that ends the process, at the second nothing can stop it.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    memory = _address_space() + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def report(plain: Any) -> None:
        line = json.dumps(plain).encode() + b"\n"
        while line:
            line = line[os.write(sending, line) :]

    try:
        work(job, report)
    except BaseException as error:  # KeyboardInterrupt and SystemExit too: all of it is the job's
        report({"raised": f"{type(error).__name__}: {error}"[:500]})
    os._exit(0)


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _wait_a_moment(pid: int) -> None:
    """Until a child that has closed its pipe has ended, at most for some tenths of a second."""
    for _ in range(50):
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.01)


def _whole(line: bytes) -> bool:
    return line.endswith(b"\n")


def _cause(code: int) -> str:
    if code == 0:
        return ""
    if code == -signal.SIGXCPU or code == -signal.SIGKILL:
        return "it computed too long"
    return (
        f"it ended by {signal.Signals(-code).name}" if code < 0 else f"it ended with status {code}"
    )
