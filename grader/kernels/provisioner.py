"""What Jupyter's clients see of a kernel that is walled in: a provisioner, for a kernelspec."""

import asyncio
import contextlib
import json
import math
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Integer

from course_lib.checks.check import QUESTIONS_VARIABLE
from grader.kernels import warm
from grader.kernels.inside import CHANNELS
from grader.kernels.inside.walls import SCRATCH
from grader.leftovers import made

KERNEL = "cnn-course-walled"
"""Name of the kernelspec."""

SPECS = Path(__file__).with_name("specs")
"""Folder of the kernelspec; on JUPYTER_PATH, or installed by `jupyter kernelspec install`."""

_PASSED_ON = ("LANG", "LC_ALL", "TZ", "NBGRADER_EXECUTION", "COURSE_PROFILE")
"""What of the environment a kernel gets; nothing else of the machine's reaches it."""

MEGABYTE = 2**20


def kernel_specs() -> KernelSpecManager:
    """Finds the kernelspec wherever JUPYTER_PATH leads, and no other."""
    return KernelSpecManager(kernel_dirs=[str(SPECS / "kernels")], ensure_native_kernel=False)


class Client(AsyncKernelClient):
    """As Jupyter's, but ready as soon as the kernel is.

    The original then listens for 0.2 s until nothing comes any more; what is left over from asking
    belongs to no cell, and clients drop it.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        while time.monotonic() < deadline:
            self.kernel_info()
            with contextlib.suppress(Empty):
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=1)  # else outputs would be lost
                    self._handle_kernel_info_reply(reply)
                    return
            if not await self.is_alive():
                raise RuntimeError("The kernel died before it was ready")
        raise RuntimeError(f"The kernel was not ready after {timeout} s")


class WalledIn(KernelProvisionerBase):
    """Has each kernel forked from the warm process, behind walls of its own, for one use.

    The kernel works in a copy of its folder; what it writes is gone when it ends.
    """

    memory = Integer(3000, help="Megabytes that one kernel's processes and files may use.").tag(
        config=True
    )
    processes = Integer(64, help="Processes and threads that one kernel may have.").tag(config=True)
    files = Integer(512, help="Megabytes that one kernel may write to files.").tag(config=True)

    ended = ""
    """Why the kernel has ended: the name of a limit, "killed", "died" or what went wrong."""

    _owner: socket.socket | None = None
    _folder: Path | None = None

    @property
    def has_process(self) -> bool:
        return self._owner is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        manager: Any = self.parent
        # A short path: that of a socket has 107 characters at most.
        self._folder = made()
        manager.transport, manager.ip = "ipc", f"{self._folder}/channel"
        if issubclass(manager.client_factory, AsyncKernelClient):
            manager.client_factory = Client
        for port, name in enumerate(CHANNELS, start=1):
            setattr(manager, f"{name}_port", port)
        self.connection_info = manager.get_connection_info()
        self._key: bytes = manager.session.key
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        environment = kwargs.get("env") or dict(os.environ)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ExitStack() as opened:
            fds = [opened.enter_context(theirs).fileno()]
            for port in range(1, len(CHANNELS) + 1):
                listener = opened.enter_context(socket.socket(socket.AF_UNIX))
                listener.bind(f"{self._folder}/channel-{port}")
                listener.listen(16)
                fds.append(listener.fileno())
            fds.append(opened.enter_context(_opened(kwargs.get("cwd") or os.getcwd())))
            if questions := environment.get(QUESTIONS_VARIABLE):
                fds.append(opened.enter_context(_opened(questions)))
            ours.send(self._key)
            warm.fork(self._request(environment), fds)
        self._owner = ours
        ours.setblocking(False)
        word = await self._hear()
        if not word.get("started"):
            raise warm.NoSandbox(str(word.get("ended", "the warm process has ended.")))
        return self.connection_info

    def _request(self, environment: dict[str, str]) -> dict[str, Any]:
        home = {
            "HOME": f"{SCRATCH}/home",
            "IPYTHONDIR": f"{SCRATCH}/home/.ipython",
            "USER": "learner",
        }
        kept = {name: environment[name] for name in _PASSED_ON if name in environment}
        if environment.get(QUESTIONS_VARIABLE):
            kept[QUESTIONS_VARIABLE] = f"{SCRATCH}/questions.json"
        return {
            "environment": home | kept,
            "limits": {
                "memory": self.memory * MEGABYTE,
                "processes": self.processes,
                "files": self.files * MEGABYTE,
            },
        }

    async def _hear(self) -> dict[str, Any]:
        """The supervisor's next word; an empty one if it has ended without any."""
        assert self._owner
        word = await asyncio.get_running_loop().sock_recv(self._owner, 1 << 16)
        return json.loads(word) if word else {}

    def beyond_limits(self) -> str:
        """The name of the limit that the kernel has gone beyond by now, if any; it has ended then.

        To be asked after each cell: otherwise the next one would be taken for the cause.
        """
        if self._owner and not self.ended:
            try:
                self._owner.settimeout(10)
                self._owner.send(b"tell")
                self.ended = json.loads(self._owner.recv(1 << 16) or "{}").get("ended", "")
            except OSError:
                self.end_now()
                self.ended = "died"
            self._owner.setblocking(False)
        return self.ended

    def end_now(self) -> None:
        """Has the kernel killed; may be called from any thread."""
        self._say(b"kill")

    async def poll(self) -> int | None:
        if self._owner is None:
            return 0
        if not self.ended:
            try:
                word = self._owner.recv(1 << 16)
            except BlockingIOError:
                return None
            except ConnectionError:
                word = b""
            self.ended = json.loads(word)["ended"] if word else "the warm process has ended"
        return 1

    async def wait(self) -> int | None:
        while await self.poll() is None:
            await asyncio.sleep(0.01)
        if self._owner:
            self._owner.close()
        self._owner = None
        return 0

    async def send_signal(self, signum: int) -> None:
        self._say(b"interrupt" if signum == signal.SIGINT else b"kill")

    async def kill(self, restart: bool = False) -> None:
        self.end_now()
        # Jupyter would look, find the kernel still ending, and sleep for 0.1 s.
        deadline = time.monotonic() + 1
        while await self.poll() is None and time.monotonic() < deadline:
            await asyncio.sleep(0.002)

    terminate = kill

    def _say(self, word: bytes) -> None:
        if self._owner and not self.ended:
            with contextlib.suppress(OSError):  # it has just ended
                self._owner.send(word)

    async def cleanup(self, restart: bool = False) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

    def get_shutdown_wait_time(self, recommended: float = 5.0) -> float:
        return 0.0  # single use: nothing of it is worth waiting for


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[int]:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)
