"""Random texts, planted where a learner's code has no business; who shows one has been there."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from nbgrader.api import Gradebook

PORTS = range(47731, 47741)
"""The TCP port on the host's loopback is the first free one of these."""

ABSTRACT_SOCKET = "\0course-canary"
FILE = "course-canary"
"""How the files in /tmp, /dev/shm and the home folder begin; in the latter behind a dot."""

OPENED = Path("/tmp/course-attack-opened")
"""Made by what must not be run: code beside a notebook, a pickle in an answer."""

LEFT_BEHIND = "course-attack-left-behind"
"""Stands in the command line of each process that an attack leaves behind."""


def new() -> str:
    return f"canary-{secrets.token_hex(16)}"


@contextmanager
def planted(root: Path, solution: str) -> Iterator[Mapping[str, str]]:
    """Plants canaries in and around the course at `root`; gives what is hidden where.

    The grading process must be started with `environment()`. All of it is taken away again.

    Args:
        solution: the canary that stands in the author's notebook.
    """
    names = ("answer keys", "gradebook", "its folder", "secret", "environment", "home", "shm")
    found = {name: new() for name in (*names, "tmp", "loopback", "abstract socket", "process")}
    found["solution"] = solution
    (root / "grader").mkdir()
    (root / "grader" / "keys.py").write_text(f"KEYS = {found['answer keys']!r}\n")
    (root / "notes.txt").write_text(found["its folder"])
    (root / ".course_secret").write_text(found["secret"])
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        gradebook.add_student("somebody", last_name=found["gradebook"])
    with ExitStack() as taken_away:
        for place, folder, start in (
            ("home", Path.home(), f".{FILE}-"),
            ("shm", Path("/dev/shm"), f"{FILE}-"),
            ("tmp", Path("/tmp"), f"{FILE}-"),
        ):
            file = tempfile.NamedTemporaryFile("w", prefix=start, dir=folder)  # noqa: SIM115
            taken_away.enter_context(file).write(found[place])
            file.flush()
        taken_away.enter_context(_server(found["loopback"], abstract=False))
        taken_away.enter_context(_server(found["abstract socket"], abstract=True))
        sleep = [sys.executable, "-c", "import time; time.sleep(3600)", found["process"]]
        process = subprocess.Popen(sleep, env={"NAME": found["process"]})
        taken_away.callback(process.wait)
        taken_away.callback(process.kill)
        yield found


def environment(found: Mapping[str, str]) -> dict[str, str]:
    """The environment of the process that grades."""
    return {**os.environ, "GRADING_TOKEN": found["environment"]}


@contextmanager
def _server(text: str, *, abstract: bool) -> Iterator[None]:
    """Tells everybody who connects the text."""
    family = socket.AF_UNIX if abstract else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        addresses = [ABSTRACT_SOCKET] if abstract else [("127.0.0.1", port) for port in PORTS]
        for address in addresses:
            try:
                listener.bind(address)
                break
            except OSError:  # another run of the tests has it
                continue
        else:
            yield
            return
        listener.listen()
        listener.settimeout(0.2)
        ended = threading.Event()
        thread = threading.Thread(target=_tell, args=(listener, text.encode(), ended))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _tell(listener: socket.socket, text: bytes, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        with connection:
            connection.sendall(text)


def left_behind() -> list[int]:
    """The processes that attacks have left behind."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and LEFT_BEHIND.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:  # it has ended meanwhile
            continue
    return found
