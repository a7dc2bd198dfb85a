"""What a kernel's process gives up before learners' code runs in it; Linux only.

Sources: mount(2), capabilities(7), pid_namespaces(7), seccomp(2); the numbers of the system calls
are those of the kernel's tables for x86_64 and for aarch64.
"""

import contextlib
import ctypes
import os
import platform
import resource
import struct
from collections.abc import Iterator

NEW_NAMESPACES = 0x00020000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
"""CLONE_NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET."""

SCRATCH = "/scratch"
"""Where a kernel can write, and its home and its notebook's folder are."""

CODE = "/run/course/inside"
"""Where the warm process finds these files; kernels see an empty folder in place of /run."""

_RDONLY, _NOSUID, _NODEV, _NOEXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _REC, _PRIVATE = 32, 4096, 16384, 1 << 18

_ROOT_S = (
    *("kallsyms", "kcore", "keys", "kpagecgroup", "kpagecount", "kpageflags"),
    *("pagetypeinfo", "sched_debug", "slabinfo", "timer_list", "vmallocinfo"),
)
"""What /proc tells of the whole machine to root outside."""

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare() -> None:
    """Own mounts, network, host name and shared memory; the next child begins own processes."""
    _checked(_libc.unshare(NEW_NAMESPACES), "unshare")
    _mount(None, "/", None, _REC | _PRIVATE)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str = ""
) -> None:
    encoded = [None if one is None else os.fsencode(one) for one in (source, target, kind)]
    result = _libc.mount(*encoded, ctypes.c_ulong(flags), options.encode() or None)
    _checked(result, f"mount {target}")


def make_scratch(size: int) -> None:
    """One private file system in memory, behind all places that can be written.

    Args:
        size: bytes that all its files may have together.
    """
    options = f"size={size},nr_inodes=20000,mode=0700"
    _mount("scratch", SCRATCH, "tmpfs", _NOSUID | _NODEV, options)
    # Packages may be installed below /tmp: they are mounted again, on what covers them.
    below = {path: os.open(path, os.O_PATH) for path in _mounted_below("/tmp")}
    for name, place in (("tmp", "/tmp"), ("shm", "/dev/shm")):
        os.mkdir(f"{SCRATCH}/{name}")
        _mount(f"{SCRATCH}/{name}", place, None, _BIND)
    for path, fd in below.items():
        os.makedirs(path)
        _mount(f"/proc/self/fd/{fd}", path, None, _BIND | _REC)
        _make_read_only(path)
        os.close(fd)
    # Where the warm process finds its own code is no business of the kernel's.
    _mount("empty", "/run", "tmpfs", _NOSUID | _NODEV, "size=4096")
    # A shared mapping of zeros would be memory that no process is charged for.
    _mount("/dev/null", "/dev/zero", None, _BIND)
    # Devices are the machine's own: for root outside, their modes could be changed through these.
    devices = [
        one for one in _mounted_below("/dev") if not one.startswith(("/dev/shm", "/dev/pts"))
    ]
    for place in ("/", "/dev", "/run", *devices):
        _make_read_only(place)


def _make_read_only(place: str) -> None:
    kept = os.statvfs(place).f_flag & (_NOSUID | _NODEV | _NOEXEC)
    _mount(None, place, None, _REMOUNT | _BIND | _RDONLY | kept)


def _mounted_below(folder: str) -> list[str]:
    with open("/proc/self/mountinfo", "rb") as file:
        # Spaces are written as \040, letters beyond ASCII as the bytes that they are.
        written = [line.split()[4].decode("unicode_escape").encode("latin-1") for line in file]
    places = map(os.fsdecode, written)
    return [place for place in places if place.startswith(f"{folder}/")]


def own_processes(most: int) -> None:
    """Shows the kernel its own processes only. Called by the first process of the namespace.

    Args:
        most: processes and threads that the namespace may hold at a time.
    """
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    settings = {
        "user/max_user_namespaces": 0,
        # The system keeps the first 300 numbers for the machine's start: beyond them it counts
        # upwards to pid_max and begins again at 300, so that `most` numbers are left.
        "kernel/pid_max": 300 + most,
        "kernel/ns_last_pid": 300,
    }
    for setting, value in settings.items():
        # Second lines of defence: the filter of calls refuses such namespaces, too, and the
        # supervisor counts processes. Before Linux 6.14 pid_max is not the namespace's own.
        with contextlib.suppress(OSError), open(f"/proc/sys/{setting}", "w") as file:
            file.write(str(value))
    for name in _ROOT_S:
        with contextlib.suppress(OSError):  # not every system has each of them
            _mount("/dev/null", f"/proc/{name}", None, _BIND)
    # Read-only as a whole: for root outside, /proc/sys would be the machine's own settings.
    _make_read_only("/proc")


def limit_process() -> None:
    """Limits of one process; those of all of them together are the supervisor's."""
    # However many processes there come to be, the supervisor still gets its turn.
    os.setsid()
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
    resource.setrlimit(resource.RLIMIT_MSGQUEUE, (0, 0))


def give_up_privileges() -> None:
    """Empties all sets of capabilities, for good, and installs the filter of system calls."""
    prctl = _libc.prctl
    for capability in range(64):
        if prctl(24, capability, 0, 0, 0) != 0:  # PR_CAPBSET_DROP; fails beyond the last one
            break
    _checked(prctl(47, 4, 0, 0, 0), "clear the ambient set")  # PR_CAP_AMBIENT_CLEAR_ALL
    header = struct.pack("=Ii", 0x20080522, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")
    _checked(prctl(38, 1, 0, 0, 0), "no_new_privs")
    code = b"".join(struct.pack("=HBBI", *one) for one in _filter(platform.machine()))
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    _checked(prctl(22, 2, program, 0, 0), "seccomp")  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER


_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_NEWEST = 462
"""The last system call that this list was checked against; later ones are refused unseen."""

_REFUSED: dict[str, tuple[int, int | None]] = {
    # Walls: mounts, namespaces, other processes, devices and modules of the system.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "personality": (135, 92),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # Wide and often faulty parts of the system that no notebook needs.
    "modify_ldt": (154, None),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # Memory that belongs to no process would not be counted.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "vmsplice": (278, 75),
    # What kernels could see of each other through files that all of them read.
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "mq_open": (240, 180),
}

_Instruction = tuple[int, int, int, int]
_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND, _THIRD, _FOURTH = 0, 4, 16, 24, 32, 40
"""Where struct seccomp_data holds them; of the arguments, the lower halves (little endian)."""


def _filter(machine: str) -> Iterator[_Instruction]:
    """A BPF program: each rule is a test and what is returned where it holds."""
    if machine not in _ARCHITECTURES:
        raise OSError(f"there is no filter of system calls for {machine}, only for x86_64, aarch64")
    column = list(_ARCHITECTURES).index(machine)
    yield _LOAD, 0, 0, _ARCHITECTURE
    yield _EQUAL, 1, 0, _ARCHITECTURES[machine]
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, _NUMBER
    # Also refuses the x32 calls of x86_64, whose numbers have bit 30 set.
    yield _ABOVE, 0, 1, _NEWEST
    yield _RETURN, 0, 0, _ERRNO | _ENOSYS
    for number in (numbers[column] for numbers in _REFUSED.values()):
        if number is not None:
            yield _EQUAL, 0, 1, number
            yield _RETURN, 0, 0, _ERRNO | _EPERM
    # clone3 has its flags in memory, where a filter cannot look: libc falls back to clone.
    yield _EQUAL, 0, 1, 435
    yield _RETURN, 0, 0, _ERRNO | _ENOSYS
    new_namespace = _ANY_BIT, 0, 1, 0x7E020000
    yield from _argument((56, 220)[column], _FIRST, new_namespace, _EPERM)
    # Only AF_UNIX: everything else is a protocol of the system's that a notebook has no use for.
    other_family = _EQUAL, 1, 0, 1
    for call in ((41, 198)[column], (53, 199)[column]):  # socket, socketpair
        yield from _argument(call, _FIRST, other_family, _EAFNOSUPPORT)
    # Memory that is charged to no process: shared and without a file, and larger buffers.
    shared_anonymous = _EQUAL, 0, 1, 0x21
    yield from _argument((9, 222)[column], _FOURTH, shared_anonymous, _EPERM, mask=0x21)
    for buffer_size in (7, 8, 32, 33):  # SO_SNDBUF, SO_RCVBUF, and both as root may set them
        test = _EQUAL, 0, 1, buffer_size
        yield from _argument((54, 208)[column], _THIRD, test, _EPERM)
    for watch in (1024, 1026):  # F_SETLEASE, F_NOTIFY
        yield from _argument((72, 25)[column], _SECOND, (_EQUAL, 0, 1, watch), _EPERM)
    for into_a_terminal in (0x5412, 0x541C):  # TIOCSTI, TIOCLINUX
        yield from _argument((16, 29)[column], _SECOND, (_EQUAL, 0, 1, into_a_terminal), _EPERM)
    yield _RETURN, 0, 0, _ALLOW


def _argument(
    call: int, place: int, test: _Instruction, error: int, mask: int = 0xFFFFFFFF
) -> Iterator[_Instruction]:
    """A rule about an argument of a call; loads the call's number again in the end."""
    yield _EQUAL, 0, 5, call
    yield _LOAD, 0, 0, place
    yield _AND, 0, 0, mask
    yield test
    yield _RETURN, 0, 0, _ERRNO | error
    yield _LOAD, 0, 0, _NUMBER
