"""What ends a kernel, or its cell; nothing of it survives."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from small_course import SmallCourse, cell_of, solve, write
from traitlets.config import Config
from walled import Client, Walled

GROW = "import numpy as np, time\nkept = []\nwhile True:\n    kept.append(np.ones(2**21))"
GROW_IN_CHILDREN = """
import os, time
import numpy as np
for _ in range(8):
    if os.fork() == 0:
        kept = np.ones(2**24)
        time.sleep(60)
time.sleep(60)
"""
BEHIND_AN_ENDED_THREAD = """
import subprocess, sys
subprocess.run([sys.executable, "-c", '''
import ctypes, threading, time
def work():
    kept = [bytes([7]) * 2**26 for _ in range(24)]
    time.sleep(60)
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(0)
'''])
"""
FORK_BOMB = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
THREADS = (
    "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=[9]).start()"
)
WRITE = (
    "import itertools\nfor n in itertools.count():\n    open(f'/tmp/{n}', 'wb').write(bytes(2**20))"
)
WRITE_SHARED = WRITE.replace("/tmp", "/dev/shm")
MANY_FILES = "import itertools\nfor n in itertools.count():\n    open(f'{n}', 'w')"


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        (GROW, "memory"),
        (GROW_IN_CHILDREN, "memory"),
        (BEHIND_AN_ENDED_THREAD, "memory"),
        (FORK_BOMB, "processes"),
        (THREADS, "processes"),
        (WRITE, "files"),
        (WRITE_SHARED, "files"),
        (MANY_FILES, "files"),
        ("import os\nos._exit(3)", "died"),
        ("import ctypes\nctypes.string_at(0)", "died"),
    ],
)
def test_limits_end_a_kernel_and_say_which(folder: Path, source: str, limit: str) -> None:
    assert Walled(source, folder=folder, memory=900, processes=40, files=100).ended == limit


DETACHED = """
import os, signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)  # MARK"],
                 start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execlp("sleep", "sleep", "301.MARK")
    os._exit(0)
time.sleep(0.3)
"""


def test_nothing_survives_a_kernel(folder: Path) -> None:
    mark = str(int.from_bytes(os.urandom(4), "big"))
    Walled(DETACHED.replace("MARK", mark), folder=folder)
    deadline = time.monotonic() + 5
    while (alive := _commands_with(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive


def _commands_with(mark: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
        except OSError:
            continue
        if mark in command:
            found.append(command)
    return found


def test_a_loop_is_interrupted(folder: Path) -> None:
    notebook = new_notebook(cells=[new_code_cell("while True: pass"), new_code_cell("print(1)")])
    client = Client(notebook, Config())
    client.timeout, client.interrupt_on_timeout = 1, True
    client.execute(cwd=str(folder))
    assert notebook.cells[0].outputs[-1].ename == "KeyboardInterrupt"
    assert notebook.cells[1].outputs[0].text == "1\n"


ENDLESS_MESSAGE = """
import os, socket, struct, time
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        one = socket.socket(fileno=os.dup(number))
        if one.getsockopt(1, 30) or b"channel-3" not in str(one.getsockname()).encode():
            continue
    except OSError:
        continue
    one.setblocking(True)
    body = b"A" * (16 << 20)
    while True:  # frames of a message that says each time that more will follow
        one.sendall(b"\\x03" + struct.pack(">Q", len(body)))
        one.sendall(body)
"""


def test_verdicts_name_the_limit(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path)

    def submit(learner: str, source: str) -> None:
        def edit(notebook: Any) -> None:
            solve(notebook)
            write("convolution-stride_choice-answer", source)(notebook)

        course.submit(learner, edit)

    beyond = {"memory": GROW, "processes": THREADS, "files": WRITE, "taken in": ENDLESS_MESSAGE}
    for learner, source in beyond.items():
        submit(learner.replace(" ", "_"), source)
    course.autograde(WalledIn={"memory": 900, "processes": 40, "files": 100})
    for reason in beyond:
        learner = reason.replace(" ", "_")
        cell = cell_of(course.autograded(learner), "convolution-stride_choice")
        assert reason in str(cell.outputs[0].data)
        assert course.scores()[learner]["triple"] == 2.0
