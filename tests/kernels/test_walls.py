"""What learners' code can see and do in a kernel behind walls."""

import os
import socket
from pathlib import Path

import pytest
from walled import Walled

from grader.kernels import warm

ROOT = Path(__file__).parents[2]
CANARY = "canary-" + os.urandom(8).hex()
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
