"""The warm process, seen from outside: bubblewrap is started once, kernels are asked for."""

import atexit
import contextlib
import json
import os
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import IO, Any

import course_lib
from grader.kernels.inside import walls

START_TIMEOUT = 120
"""Seconds that importing torch and the rest may take."""

_INSIDE = Path(walls.__file__).parent
_GRADER = _INSIDE.parents[1]
_ETC = ("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime")


class NoSandbox(RuntimeError):
    """This machine cannot wall learners' code in; the message says why, and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Learners' code cannot be walled in here: {reason}\n"
            "Install bubblewrap (apt install bubblewrap; Linux only), or grade in the container "
            "of docs/instructors.md; autograde's --Execute.unsafe_no_sandbox=True runs it as you."
        )


class Warm:
    """One warm process. Kernels that were forked from it end with it."""

    def __init__(self) -> None:
        self.made_of = fingerprint()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = bubblewrap("-m", "inside.serve", str(theirs.fileno()))
        nothing: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        with theirs:
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], env={}, stderr=self._errors, **nothing
            )
        self._socket.settimeout(START_TIMEOUT)
        try:
            answer = self._socket.recv(16)
        except TimeoutError:
            answer = b""
        if answer != b"warm":
            self.close()
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            raise NoSandbox(lines[-1] if lines else f"not ready after {START_TIMEOUT} s")

    def fork(self, request: dict[str, Any], fds: list[int]) -> None:
        """Asks for a kernel; what comes of it is told on the first of the sockets handed over.

        Raises:
            ConnectionError: the process has ended.
        """
        socket.send_fds(self._socket, [json.dumps(request).encode()], fds)
        if self._socket.recv(16) != b"forked":
            raise ConnectionResetError("the warm process has ended")

    def retire(self) -> None:
        """Asks for nothing more: the process ends when its last kernel has ended."""
        self._socket.close()

    def close(self) -> None:
        """Ends the process and its kernels."""
        self.retire()
        self._process.kill()
        self._process.wait()


def probe(course: Path) -> None:
    """Whether learners' code can be walled in here at all; takes some 50 ms, and warms nothing.

    Args:
        course: the folder that they must not see.

    Raises:
        NoSandbox: there is no bubblewrap, or it may not do its work on this machine, or the
            course lies inside what is shown to them.
    """
    if folder := _inside(course.resolve(), exposed()):
        raise NoSandbox(f"the course {course} lies inside {folder}, which kernels read. Move it.")
    ended = subprocess.run(bubblewrap("-c", ""), env={}, capture_output=True, text=True)
    if ended.returncode != 0:
        raise NoSandbox(ended.stderr.strip().rpartition("\n")[2])


_lock = threading.Lock()
_warm: Warm | None = None


def fork(request: dict[str, Any], fds: list[int]) -> None:
    """Has a kernel forked, by a warm process that is alive and made of the packages of now.

    Raises:
        NoSandbox: there is no bubblewrap, or it may not do its work on this machine.
    """
    global _warm
    with _lock:
        if _warm and _warm.made_of == fingerprint():
            try:
                return _warm.fork(request, fds)
            except OSError:
                pass  # it has died
        if _warm:
            _warm.retire()
        _warm = Warm()
        _warm.fork(request, fds)


@atexit.register
def close() -> None:
    """Ends the warm process of this one, if there is any; the next kernel starts another."""
    global _warm
    if _warm:
        _warm.close()
    _warm = None


def _forget() -> None:
    """In a process forked from this one: the warm process is not its own, and must not live on."""
    global _warm
    if _warm:
        _warm.retire()
    _warm = None


os.register_at_fork(after_in_child=_forget)


def fingerprint() -> tuple[tuple[str, int], ...]:
    """Changes when packages are installed or removed, or a file of the course changes."""
    sources = [*Path(course_lib.__file__).parent.rglob("*.py"), *_INSIDE.glob("*.py")]
    found = []
    packages = [path for path in map(Path, sys.path) if _inside(path, exposed())]
    for path in [*packages, *sources]:
        with contextlib.suppress(OSError):
            found.append((str(path), path.stat().st_mtime_ns))
    return tuple(sorted(found))


def bubblewrap(*arguments: str) -> list[str]:
    """The command that runs Python with these arguments, walled in.

    Of the machine's files only the system's programs and the packages are seen, read-only. The
    capabilities are those over its own namespaces: each kernel builds its walls, then loses them.

    Raises:
        NoSandbox: there is no bubblewrap.
    """
    program = shutil.which("bwrap")
    if not program:
        raise NoSandbox("there is no program 'bwrap'.")
    command = [program, "--unshare-user", "--unshare-all", "--die-with-parent"]
    command += ["--new-session", "--hostname", "course", "--cap-drop", "ALL"]
    for capability in ("SYS_ADMIN", "SYS_PTRACE", "SYS_RESOURCE", "SETPCAP"):
        command += ["--cap-add", f"CAP_{capability}"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for path in (Path("/", name) for name in ("bin", "sbin", "lib", "lib32", "lib64")):
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    for name in _ETC:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for folder in exposed():
        command += ["--ro-bind", str(folder), str(folder)]
    if _inside(_GRADER, exposed()):  # installed beside the packages; it holds the answers
        command += ["--tmpfs", str(_GRADER)]
    command += ["--ro-bind", str(_INSIDE), walls.CODE]
    for place in (walls.SCRATCH, "/tmp", "/dev/shm"):
        command += ["--dir", place]
    environment = {
        "HOME": f"{walls.SCRATCH}/home",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": f"{Path(walls.CODE).parent}:{Path(course_lib.__file__).parents[1]}",
        "PYTHONUSERBASE": site.getuserbase(),
    }
    command.append("--clearenv")
    for variable, value in environment.items():
        command += ["--setenv", variable, value]
    return [*command, sys.executable, *arguments]


@cache
def exposed() -> list[Path]:
    """What of this machine learners' code can read: the system's programs and the packages."""
    folders = [Path("/usr"), Path(sys.prefix), Path(sys.base_prefix)]
    if site.ENABLE_USER_SITE:
        folders.append(Path(site.getusersitepackages()))
    folders.append(Path(course_lib.__file__).parent)
    there = [folder for folder in folders if folder.is_dir()]
    return [one for one in there if not _inside(one.parent, there)]


def _inside(place: Path, folders: list[Path]) -> Path | None:
    """The folder that a place is in, or is."""
    above = [place, *place.parents]
    return next((one for one in folders if one in above or one.resolve() in above), None)
