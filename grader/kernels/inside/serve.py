"""The warm process: imports what notebooks import, then forks a kernel for each request.

Started as a module inside bubblewrap; its one argument is the number of a socket. Each request is
a JSON object, with file descriptors beside it: a socket to the asker, five listening sockets for
the kernel's channels, the notebook's folder, and the questions file if there is one.
"""

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from . import CHANNELS, kernel, walls

WATCHED_EVERY = 0.05
"""Seconds between two looks at what a kernel uses."""

_BIG = 1 << 16


def main(number: int) -> None:
    asker = socket.socket(fileno=number)
    warm_up()
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise SystemExit(f"{threads} threads run after the imports: a fork would lose all but one")
    gc.collect()
    gc.freeze()  # the collector leaves these objects alone, so that forks keep sharing their pages
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors that have ended need no waiting for
    asker.send(b"warm")
    while True:
        request, fds, _, _ = socket.recv_fds(asker, _BIG, 3 + len(CHANNELS))
        if not request:
            # Nobody can ask any more. Kernels go on until their owners end them.
            with contextlib.suppress(ChildProcessError):
                os.wait()
            return
        if os.fork() == 0:
            asker.close()
            supervise(json.loads(request), fds)
        asker.send(b"forked")
        for fd in fds:
            os.close(fd)


def warm_up() -> None:
    """Imports what kernels will need; nothing here may start a thread."""
    import matplotlib.pyplot
    import torchvision  # type: ignore[import-untyped] # noqa: F401

    import course_lib  # noqa: F401

    # The first figure loads fonts and the machinery behind it.
    figure = matplotlib.pyplot.figure()
    matplotlib.pyplot.close(figure)


def supervise(request: dict[str, Any], fds: list[int]) -> NoReturn:
    """Builds the walls of one kernel, starts it and watches it; ends when it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    owner, rest = socket.socket(fileno=fds[0]), fds[1:]
    sockets, (folder, *questions) = rest[: len(CHANNELS)], rest[len(CHANNELS) :]
    ended: dict[str, Any] = {"ended": "it could not be started"}
    try:
        limits = request["limits"]
        # Not in the request, which is in the warm process's memory and in that of later forks.
        request["key"] = owner.recv(_BIG).decode()
        walls.unshare()
        walls.make_scratch(limits["files"])
        _copy(folder, questions)
        alone, tell = os.pipe()
        first = os.fork()
        if first == 0:
            owner.close()
            _become_kernel(request, sockets, tell)
        for fd in (*sockets, tell):
            os.close(fd)
        os.read(alone, 1)  # from then on /proc shows this kernel's processes only
        owner.send(b'{"started": true}')
        ended = {"ended": _watch(owner, first, limits)}
    except BaseException as error:
        ended = {"ended": f"{ended['ended']}: {str(error)[:500]}"}
    finally:
        with contextlib.suppress(OSError):
            owner.send(json.dumps(ended).encode())
        os._exit(0)


def _copy(folder: int, questions: list[int]) -> None:
    """Puts the notebook's files where the kernel works; nothing of them is shared."""
    shutil.copytree(f"/proc/self/fd/{folder}", f"{walls.SCRATCH}/work", symlinks=True)
    os.mkdir(f"{walls.SCRATCH}/home")
    os.close(folder)
    for fd in questions:
        with open(fd, "rb") as source, open(f"{walls.SCRATCH}/questions.json", "wb") as target:
            shutil.copyfileobj(source, target)


def _become_kernel(request: dict[str, Any], sockets: list[int], tell: int) -> NoReturn:
    """The first process of the kernel's own: when it ends, the system ends all the others."""
    status = 1
    try:
        walls.own_processes(2 * request["limits"]["processes"])
        os.write(tell, b"x")
        nowhere = os.open("/dev/null", os.O_RDWR)
        for standard in range(3):
            os.dup2(nowhere, standard)
        kept = sorted(sockets)
        for low, high in zip([2, *kept], [*kept, _BIG], strict=True):
            os.closerange(low + 1, high)
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(f"{walls.SCRATCH}/work")
        walls.limit_process()
        walls.give_up_privileges()
        kernel.run(request["key"].encode(), sockets)
        status = 0
    finally:
        os._exit(status)


def _watch(owner: socket.socket, first: int, limits: dict[str, int]) -> str:
    """Does what the owner asks for, and looks at what the kernel uses. Says why it ended.

    The owner can ask for a look of now, so that a kernel does not end for what an earlier cell did.
    """
    pidfd = os.pidfd_open(first)
    reason = ""
    try:
        while not reason:
            ready, _, _ = select.select([owner.fileno(), pidfd], [], [], WATCHED_EVERY)
            if pidfd in ready:
                return "died"
            word = owner.recv(_BIG) if owner.fileno() in ready else b"look"
            if word == b"interrupt":
                os.kill(first, signal.SIGINT)
            elif word in (b"look", b"tell"):
                reason = _beyond(limits)
                if word == b"tell" and not reason:
                    owner.send(b'{"fine": true}')
            else:  # "kill", or nobody is there any more
                reason = "killed"
    finally:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
    return reason


def _beyond(limits: dict[str, int]) -> str:
    """The name of the limit that the kernel's processes have gone beyond together, if any."""
    try:
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:  # /proc belongs to processes that have all ended
        return ""
    if sum(map(_threads, processes)) > limits["processes"]:
        return "processes"
    scratch = os.statvfs(walls.SCRATCH)
    if scratch.f_bfree < scratch.f_blocks // 100 or scratch.f_ffree == 0:
        return "files"
    files = (scratch.f_blocks - scratch.f_bfree) * scratch.f_frsize
    # The resident size counts shared pages in full and is quick to read: while it is small
    # enough, the proportional one, for which the system walks all pages, cannot be too large.
    if files + sum(map(_resident, processes)) <= limits["memory"]:
        return ""
    used = files
    for process in processes:
        used += _proportional(process)
        if used > limits["memory"]:
            return "memory"
    return ""


def _threads(process: str) -> int:
    try:
        # Behind the name, which can hold anything, and its bracket: the 18th field of the rest.
        return int(Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[17])
    except (OSError, ValueError, IndexError):  # it has just ended
        return 0


def _resident(process: str) -> int:
    return _sum(_task(process) / "status", "VmRSS:", "VmPTE:", "VmSwap:")


def _proportional(process: str) -> int:
    task = _task(process)
    tables = _sum(task / "status", "VmPTE:", "VmSwap:")
    if task.name == process:
        return tables + _sum(Path("/proc", process, "smaps_rollup"), "Pss:")
    return tables + _sum(task / "smaps", "Pss:")


def _task(process: str) -> Path:
    """A thread of a process that is alive: what is said of one that has ended is nothing."""
    first = Path("/proc", process, "task", process)
    try:
        if "State:\tZ" in (first / "status").read_text():
            others = [name for name in os.listdir(first.parent) if name != process]
            return first.with_name(others[0]) if others else first
    except OSError:  # the process has just ended
        pass
    return first


def _sum(path: Path, *fields: str) -> int:
    """The sum of some lines of a file of /proc, which hold kilobytes."""
    try:
        lines = path.read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith(fields))


if __name__ == "__main__":
    main(int(sys.argv[1]))
