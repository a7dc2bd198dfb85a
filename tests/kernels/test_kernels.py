"""Kernels behind walls: what learners' code can see, do and use up there; and without walls."""

import asyncio
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import papermill
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.converters import NbGraderException
from small_course import SmallCourse, cell_of, solve, write
from traitlets.config import Config

from grader.kernels import provisioner, warm
from grader.kernels.inside import walls

ROOT = Path(__file__).parents[2]
CANARY = "canary-" + os.urandom(8).hex()


class Walled:
    """One kernel; what its cells print, and why it ended."""

    def __init__(self, *sources: str, folder: Path | str = os.devnull, **limits: int) -> None:
        self.ended = ""
        notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
        client = _Client(notebook, Config({"WalledIn": limits}))
        try:
            client.execute(cwd=str(folder))
        except DeadKernelError:
            self.ended = client.kernel.ended
        self.outputs = ["".join(map(_text, cell.outputs)) for cell in notebook.cells]

    @property
    def values(self) -> Any:
        """What the last cell printed as JSON."""
        return json.loads(self.outputs[-1])


class _Client(NotebookClient):  # type: ignore[misc]
    def __init__(self, notebook: Any, config: Config) -> None:
        super().__init__(notebook, timeout=60, iopub_timeout=60, allow_errors=True, config=config)
        self.kernel_name, self.shutdown_kernel = provisioner.KERNEL, "immediate"

    def create_kernel_manager(self) -> Any:
        manager = super().create_kernel_manager()
        manager.kernel_spec_manager = provisioner.kernel_specs()
        return manager

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        await super().async_start_new_kernel(**kwargs)
        self.kernel = self.km.provisioner

    async def async_execute_cell(self, *args: Any, **kwargs: Any) -> Any:
        executed = await super().async_execute_cell(*args, **kwargs)
        if self.kernel.beyond_limits():
            raise DeadKernelError(self.kernel.ended)
        return executed


def _text(output: Any) -> str:
    return str(output.get("text") or "\n".join(output.get("traceback", [])))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A notebook's folder with one file in it."""
    place = tmp_path / "work"
    place.mkdir()
    (place / "data.txt").write_text("beside the notebook")
    return place


def test_a_kernel_is_python_as_usual(folder: Path) -> None:
    walled = Walled(
        "import torch, matplotlib.pyplot as plt, subprocess, sys",
        "print(open('data.txt').read(), torch.ones(2, 2).sum().item())",
        "print(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True).stdout)",
        "print(sum(torch.utils.data.DataLoader([1, 2, 3], num_workers=1)).item())",
        "plt.plot([1, 2]); plt.show()",
        folder=folder,
    )
    assert walled.outputs[1:4] == ["beside the notebook 4.0\n", "b'42\\n'\n", "6\n"]


STATUS = """
import json
lines = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
print(json.dumps({name: value.strip() for name, value in lines.items()}))
"""


def test_a_kernel_has_no_privileges_for_good(folder: Path) -> None:
    status = Walled(STATUS, folder=folder).values
    for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
        assert int(status[f"Cap{kind}"], 16) == 0, kind
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    threads = "import os, json\nprint(json.dumps([open(f'/proc/self/task/{t}/status').read()"
    for status in Walled(
        f"{threads} for t in os.listdir('/proc/self/task')]))", folder=folder
    ).values:
        assert "CapPrm:\t0000000000000000" in status and "Seccomp:\t2" in status


CALLS = """
import ctypes, json, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(function, *arguments):
    ctypes.set_errno(0)
    result = function(*arguments)
    return ctypes.get_errno() if result == -1 else -result
def family(number, kind=socket.SOCK_STREAM):
    try:
        socket.socket(number, kind)
    except OSError as error:
        return error.errno
found = {
    "umount": call(libc.umount2, b"/scratch", 2),
    "umount /proc": call(libc.umount2, b"/proc", 2),
    "mount": call(libc.mount, b"x", b"/tmp", b"tmpfs", 0, None),
    "remount": call(libc.mount, None, b"/", None, ctypes.c_ulong(32 | 4096), None),
    "chroot": call(libc.chroot, b"/tmp"),
    "unshare user": call(libc.unshare, 0x10000000),
    "unshare mounts": call(libc.unshare, 0x20000),
    "setns": call(libc.setns, os.open("/proc/self/ns/net", 0), 0),
    "ptrace": call(libc.ptrace, 16, os.getppid(), 0, 0),
    "bpf": call(libc.syscall, {"x86_64": 321}.get(os.uname().machine, 280), 0, 0, 0),
    "io_uring": call(libc.syscall, 425, 1, 0),
    "vmsplice": call(libc.vmsplice, 1, None, 0, 0),
    "inotify": call(libc.inotify_init1, 0),
    "chmod device": call(libc.chmod, b"/dev/null", 0o666),
    "shared memory": call(libc.mmap, None, ctypes.c_size_t(4096), 3, 0x21, -1, ctypes.c_long(0)),
    "lease": call(libc.fcntl, os.open("/usr/bin/env", 0), 1024, 0),
    "pair": call(libc.socketpair, 16, 3, 0, (ctypes.c_int * 2)()),
    "buffer": call(libc.setsockopt, socket.socketpair()[0].fileno(), 1, 7, bytes(4), 4),
    "inet": family(socket.AF_INET),
    "inet6": family(socket.AF_INET6),
    "raw": family(socket.AF_INET, socket.SOCK_RAW),
    "netlink": family(socket.AF_NETLINK, socket.SOCK_RAW),
    "packet": family(socket.AF_PACKET, socket.SOCK_RAW),
    "vsock": family(getattr(socket, "AF_VSOCK", 40)),
    "alg": family(getattr(socket, "AF_ALG", 38), socket.SOCK_SEQPACKET),
}
stack = ctypes.create_string_buffer(65536)
entry = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(lambda _: 0)
top = ctypes.c_void_p(ctypes.addressof(stack) + 65536)
found["clone user"] = call(libc.clone, entry, top, 0x10000000 | 17, None)
print(json.dumps(found))
"""


def test_the_calls_that_would_open_the_walls_are_refused(folder: Path) -> None:
    found = Walled(CALLS, folder=folder).values
    let_through = {name for name, error in found.items() if not error}
    assert not let_through
    assert {found[name] for name in ("inet", "netlink", "vsock")} == {97}  # EAFNOSUPPORT


WRITES = """
import json, os
found = []
packages = [os.path.dirname(one.__file__) for one in (torch, course_lib)]
for place in ["/", "/usr", "/etc", "/run", "/dev", "/proc/sys/kernel", *packages]:
    try:
        open(f"{place}/planted", "w")
        found.append(place)
    except OSError:
        pass
for setting in ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/oom_score_adj",
                "/proc/sys/kernel/pid_max", "/dev/kmsg", "/dev/mem"]:
    try:
        os.close(os.open(setting, os.O_WRONLY))
        found.append(setting)
    except OSError:
        pass
for place in [os.getcwd(), os.environ["HOME"], "/tmp", "/dev/shm"]:
    open(f"{place}/own", "w").write("own")
print(json.dumps(found))
"""


def test_nothing_of_the_machine_can_be_written(folder: Path) -> None:
    assert Walled("import torch, course_lib" + WRITES, folder=folder).values == []
    assert os.listdir(folder) == ["data.txt"]


SEARCH = """
import json, os
names, texts = [], []
for parent, folders, files in os.walk("/"):
    folders[:] = [one for one in folders if os.path.join(parent, one) not in ("/proc", "/usr")
                  and one not in ("lib", "bin", "share", "include")]
    names += [os.path.join(parent, one) for one in files]
for path in names:
    try:
        if 0 < os.path.getsize(path) < 100_000 and "CANARY" in open(path, errors="replace").read():
            texts.append(path)
    except OSError:
        pass
pids = [one for one in os.listdir("/proc") if one.isdigit()]
for pid in pids:
    for name in ("environ", "cmdline"):
        if "CANARY" in open(f"/proc/{pid}/{name}", errors="replace").read():
            texts.append(f"{pid} {name}")
if "CANARY" in str(dict(os.environ)):
    texts.append("environ")
below = os.listdir("ROOT") if os.path.isdir("ROOT") else []
print(json.dumps({"found": texts, "processes": pids, "course": below}))
""".replace("ROOT", str(ROOT))


def test_nothing_of_the_machine_can_be_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Canaries in the machine's files, in /tmp, in /dev/shm, in the environment."""
    monkeypatch.setenv("COURSE_CANARY", CANARY)
    planted = [tmp_path / "gradebook.db", Path("/dev/shm", CANARY), Path("/tmp", CANARY)]
    warm.close()  # the next one is started with the canary in this process's environment
    try:
        for path in planted:
            path.write_text(CANARY)
        walled = Walled(SEARCH.replace("CANARY", CANARY[:-1] + f'" "{CANARY[-1]}'), folder=folder)
    finally:
        for path in planted:
            path.unlink()
    assert walled.values["found"] == []
    assert walled.values["processes"] == ["1"]
    assert set(walled.values["course"]) <= {"course_lib", ".venv"}


CONNECT = """
import json, socket
found = []
for family, address in [(socket.AF_INET, ("127.0.0.1", PORT)), (socket.AF_UNIX, "\\0NAME"),
                        (socket.AF_UNIX, "PATH")]:
    try:
        with socket.socket(family) as one:
            one.connect(address)
            found.append(str(address))
    except OSError:
        pass
print(json.dumps(found))
"""


def test_no_server_of_the_machine_can_be_reached(folder: Path, tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as named,
    ):
        abstract.bind(f"\0{CANARY}")
        abstract.listen()
        named.bind(str(tmp_path / "s"))
        named.listen()
        source = CONNECT.replace("PORT", str(tcp.getsockname()[1])).replace("NAME", CANARY)
        assert Walled(source.replace("PATH", str(tmp_path / "s")), folder=folder).values == []


def test_two_kernels_share_nothing(folder: Path) -> None:
    first = Walled(
        "import torch, random, json, os, numpy as np",
        "torch.allclose = torch.course_mark = lambda *a: True\nos.environ['MARK'] = '1'\n"
        "for place in ('/tmp', '/dev/shm', '.'): open(f'{place}/mark', 'w')",
        "print(json.dumps([np.random.rand(), random.random(), os.urandom(4).hex()]))",
        folder=folder,
    )
    second = Walled(
        "import torch, random, json, os, numpy as np",
        "print(hasattr(torch, 'course_mark'), torch.allclose(torch.ones(1), torch.zeros(1)),"
        " 'MARK' in os.environ, os.listdir('/tmp'), os.listdir('/dev/shm'), os.listdir())",
        "print(json.dumps([np.random.rand(), random.random(), os.urandom(4).hex()]))",
        folder=folder,
    )
    assert second.outputs[1].split("\n")[0].startswith("False False False ")
    assert "mark" not in second.outputs[1]
    assert all(a != b for a, b in zip(first.values, second.values, strict=True))


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
    client = _Client(notebook, Config())
    client.timeout, client.interrupt_on_timeout = 1, True
    client.execute(cwd=str(folder))
    assert notebook.cells[0].outputs[-1].ename == "KeyboardInterrupt"
    assert notebook.cells[1].outputs[0].text == "1\n"


def test_the_warm_process_starts_again_when_it_has_died_or_packages_have_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def process() -> int:
        assert Walled("print(1)", folder=folder).outputs == ["1\n"]
        assert warm._warm
        return warm._warm._process.pid

    first = process()
    assert process() == first
    os.kill(first, 9)
    second = process()
    assert second != first
    monkeypatch.setattr(warm, "fingerprint", lambda: (("another", 1),))
    third = process()
    assert third != second and process() == third


def test_kernels_run_side_by_side(folder: Path) -> None:
    notebooks = [new_notebook(cells=[new_code_cell(f"print({n})")]) for n in range(4)]

    async def all_of_them() -> None:
        clients = [_Client(notebook, Config()) for notebook in notebooks]
        await asyncio.gather(*(one.async_execute(cwd=str(folder)) for one in clients))

    asyncio.run(all_of_them())
    texts = [notebook.cells[0].outputs[0].text for notebook in notebooks]
    assert texts == [f"{n}\n" for n in range(4)]


def test_papermill_can_name_the_kernel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(provisioner.SPECS))
    notebook = new_notebook(cells=[new_code_cell("import os\nprint(os.getcwd())")])
    executed = papermill.execute_notebook(
        notebook, None, kernel_name=provisioner.KERNEL, cwd=folder, progress_bar=False
    )
    assert executed.cells[0].outputs[0].text == f"{walls.SCRATCH}/work\n"


def test_without_a_sandbox_grading_refuses_and_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    course = SmallCourse(tmp_path)
    course.submit("ada", solve)
    monkeypatch.setattr(warm.shutil, "which", lambda _name: None)
    with pytest.raises(NbGraderException, match="bwrap") as refused:
        course.autograde()
    assert len(str(refused.value).splitlines()) == 2
    assert "apt install bubblewrap" in str(refused.value)
    assert str(refused.value) in caplog.text  # nbgrader's command shows the log only
    assert not (tmp_path / "autograded").exists()
    course.autograde(Execute={"unsafe_no_sandbox": True})
    assert course.scores()["ada"]["convolution-corr2d"] == 3.0
    assert "without a sandbox" in course.autograded("ada").cells[0].source


def test_a_course_inside_the_environment_is_not_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "exposed", lambda: [ROOT.parent])
    with pytest.raises(warm.NoSandbox, match="lies inside"):
        warm.probe(ROOT)


def test_a_grader_installed_beside_the_packages_is_hidden(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [*warm.exposed(), ROOT / "grader"]
    monkeypatch.setattr(warm, "exposed", lambda: shown)
    warm.close()
    try:
        walled = Walled(f"import os\nprint(os.listdir({str(ROOT / 'grader')!r}))", folder=folder)
    finally:
        warm.close()
    assert walled.outputs == ["[]\n"]


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
