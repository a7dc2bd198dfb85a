"""The kernel itself: ipykernel, on sockets that were made outside, without a connection file."""

from typing import Any

import zmq
from ipykernel import kernelapp
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import IOPubThread
from ipykernel.kernelapp import IPKernelApp

from . import CHANNELS


class _Beat(Heartbeat):
    """Answers on a socket that listens already."""

    def __init__(self, context: Any, fd: int) -> None:
        super().__init__(context, ("ipc", "heartbeat", 1))
        self._fd = fd

    def _bind_socket(self) -> None:
        _bind(self.socket, self._fd)


class _Output(IOPubThread):
    """Without the TCP socket through which processes that a cell forks would print."""

    def __init__(self, socket: Any, pipe: bool = False, **others: Any) -> None:
        super().__init__(socket, **others)


def _bind(socket: Any, fd: int) -> None:
    socket.use_fd = fd
    socket.bind("ipc://inherited")


class Kernel(IPKernelApp):
    """A kernel whose channels are listening sockets that it has inherited."""

    sockets: dict[int, int]

    def init_connection_file(self) -> None:
        """There is none: who may connect holds the sockets' folder and the key."""

    def write_connection_file(self, **_: Any) -> None:
        """There is none."""

    def init_sockets(self) -> None:
        for port, name in enumerate(CHANNELS, start=1):
            setattr(self, f"{name}_port", port)
        super().init_sockets()

    def init_control(self, context: Any) -> None:
        # ipykernel's debugger would connect to the shell's socket, whose path is not seen here.
        context.reconnect_ivl = -1
        super().init_control(context)

    def _bind_socket(self, s: Any, port: int) -> int:
        _bind(s, self.sockets[port])
        return port

    def init_heartbeat(self) -> None:
        self.heartbeat = _Beat(zmq.Context(), self.sockets[self.hb_port])
        self.heartbeat.start()


def run(key: bytes, sockets: list[int]) -> None:
    """Serves one client until it is killed.

    Args:
        key: signs the messages.
        sockets: file descriptors of listening sockets, in the order of CHANNELS.
    """
    import numpy as np

    # The fork copied its state. Python draws anew by itself; torch's is the same in any process.
    np.random.seed()
    setattr(kernelapp, "IOPubThread", _Output)  # noqa: B010 - a name of theirs, not exported
    app = Kernel.instance(quiet=True)
    app.sockets = dict(enumerate(sockets, start=1))
    app.transport, app.ip, app.session.key = "ipc", "inherited", key
    app.initialize(["--HistoryManager.enabled=False"])
    # quit() in a cell would end the kernel some time later, in another cell.
    assert app.shell is not None
    app.shell.unobserve_all("exit_now")
    app.start()
