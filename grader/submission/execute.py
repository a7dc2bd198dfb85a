"""Executes a rebuilt notebook: in *record* mode, in a folder of its own, one death survived."""

import copy
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader import preprocessors
from traitlets import Bool, Integer

from course_lib.checks.check import QUESTIONS_VARIABLE
from grader.kernels.provisioner import KERNEL, WalledIn, kernel_specs
from grader.leftovers import temporary
from grader.marking.questions import Asked, questions_file
from grader.marking.seeds import course_secret
from grader.submission.firm_ground import asked_again
from grader.submission.messages import well_formed
from grader.submission.metadata import ENDED_BEFORE, LENT, SKIPPED, STOPPED
from grader.submission.rebuild import note
from grader.submission.verdicts import Read, asked_in

UNPROTECTED = "This submission was executed without a sandbox (unsafe_no_sandbox)."

_REASONS = {
    "memory": "it used more than {0.memory:,} MB of memory",
    "processes": "it had more than {0.processes} processes and threads at a time",
    "files": "it wrote more than {0.files:,} MB of files",
}
"""Why a kernel was ended, by the name of the limit; {0} holds the limits."""

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "CUDA_VISIBLE_DEVICES")
"""What of the instructor's environment a learner's kernel gets."""


class Execute(preprocessors.Execute):  # type: ignore[misc]
    """Runs the cells of a submission; a death or a hang costs only the cell that caused it.

    A cell that runs too long is interrupted. When that does not help, or the kernel dies, the
    notebook is run once more in a fresh kernel without that cell, or, where it is the check of an
    exercise with a stand-in, with that in place of what was asked. A second death ends it, and
    what was answered before it still counts.
    """

    notebook_timeout = Integer(
        300,
        help="Seconds that one submission may run, all cells and kernels together; as many again "
        "where some of it is judged once more, on the course's functions.",
    ).tag(config=True)

    max_output = Integer(
        16 * 2**20, help="Bytes that one cell may put out; what comes beyond is dropped."
    ).tag(config=True)

    unsafe_no_sandbox = Bool(
        False, help="Run learners' code as you, with all your rights. Every report says so."
    ).tag(config=True)

    _kernel: WalledIn | None = None

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> Any:
        # nbgrader's converters run in the course's root.
        if all(SKIPPED in cell.metadata for cell in nb.cells if cell.cell_type == "code"):
            return nb, resources
        secret, learner = course_secret(Path.cwd()), resources["nbgrader"]["student"]
        asked = asked_in(nb, Read.of(nb), secret, learner)
        executed = self._executed(nb, resources, asked)
        again = asked_again(executed, asked)
        if again.checks:
            # The others are not asked: they would answer, hang and die as before.
            some = {index: asked[index] for index in again.checks}
            lent = self._executed(nb, resources, some, again.stand_ins)
            for index in again.checks:
                executed.cells[index].metadata[LENT] = lent.cells[index].outputs
        if self.unsafe_no_sandbox:
            note(executed, UNPROTECTED)
        return executed, resources

    def _executed(
        self,
        nb: NotebookNode,
        resources: Any,
        asked: Mapping[int, Asked],
        stand_ins: Collection[str] = (),
    ) -> NotebookNode:
        """The notebook after a run; a second one without what ended the first.

        Args:
            asked: index of a check's cell -> what is asked there.
            stand_ins: ids of the exercises whose place the course's functions take.
        """
        self._deadline = time.monotonic() + self.notebook_timeout
        fatal: dict[int, str] = {}
        for _attempt in range(2):
            work = copy.deepcopy(nb)
            # The check of what can be lent is run to lend it, and asks nothing.
            lending = {index for index in fatal if index in asked and _lends(asked[index])}
            for index in fatal.keys() - lending:
                work.cells[index].metadata[STOPPED] = fatal[index]
            lent = {*stand_ins, *(asked[index].exercise.id for index in lending)}
            questions = questions_file(
                [one for index, one in asked.items() if index not in lending], lent
            )
            with temporary() as scratch:
                folder = _fill(scratch, resources, questions)
                inner = {**resources, "metadata": {"path": str(folder)}}
                death = self._run(work, inner, scratch)
            for index in lending:
                work.cells[index].metadata[STOPPED] = fatal[index]
            if death is None:
                return work
            fatal[self._index] = death
        for cell in work.cells[self._index :]:
            if cell.cell_type == "code" and STOPPED not in cell.metadata:
                cell.metadata[STOPPED] = ENDED_BEFORE
        work.cells[self._index].metadata[STOPPED] = fatal[self._index]
        return work

    def _run(self, nb: NotebookNode, resources: Any, scratch: Path) -> str | None:
        """Runs the notebook in a kernel of its own; says why that ended early, if it did."""
        self._index, self._kernel = 0, None
        self._scratch = scratch
        self._flooded = False
        ended = threading.Event()
        threading.Thread(target=self._watch_own_memory, args=[ended], daemon=True).start()
        try:
            super().preprocess(nb, resources)
        except DeadKernelError:
            return self._why_it_died()
        except CellTimeoutError:
            if self._kernel and self._kernel.ended in _REASONS:
                return self._why_it_died()
            if self._flooded:
                return self._why_it_died()
            return f"it ran over its {self.timeout} s and could not be interrupted"
        finally:
            ended.set()
        return None

    def _watch_own_memory(self, ended: threading.Event) -> None:
        """Kills a kernel that fills this process: a message that never ends is never counted."""
        most = _resident() + 64 * self.max_output
        while not ended.wait(0.1):
            if self._kernel and _resident() > most:
                self._flooded = True
                self._kernel.end_now()

    def _why_it_died(self) -> str:
        if self._flooded:
            return "it sent more than can be taken in"
        reason = _REASONS.get(getattr(self._kernel, "ended", ""))
        return reason.format(self._kernel) if reason else "the kernel died while this cell ran"

    def create_kernel_manager(self) -> Any:
        """A manager that talks through sockets in a folder, not through TCP ports."""
        if self.unsafe_no_sandbox:
            manager = super().create_kernel_manager()
            manager.transport, manager.ip = "ipc", str(self._scratch / "socket")
        else:
            self.kernel_name = KERNEL
            manager = super().create_kernel_manager()
            manager.kernel_spec_manager = kernel_specs()
        # One message is in this process's memory before anything can be counted.
        manager.context.maxmsgsize = 2 * self.max_output
        manager.context.rcvhwm = 16
        return manager

    def start_new_kernel(self, **kwargs: Any) -> None:
        # What bypasses the kernel's messages must not reach the instructor's terminal or log.
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        super().start_new_kernel(env=_environment(self._scratch), **nowhere, **kwargs)
        self._kernel = None if self.unsafe_no_sandbox else self.km.provisioner

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> Any:
        self._index, self._output = index, 0
        if cell.cell_type != "code" or cell.metadata.get(SKIPPED) or cell.metadata.get(STOPPED):
            return cell, resources
        left = self._deadline - time.monotonic()
        if left <= 0:
            cell.metadata[STOPPED] = f"the notebook ran over its {self.notebook_timeout} s"
            return cell, resources
        self.timeout_func = lambda _cell: max(1, min(self.timeout, int(left) + 1))
        try:
            executed = super().preprocess_cell(cell, resources, index)
        except (CellTimeoutError, DeadKernelError):
            raise
        except Exception as error:  # of whatever kind: learners' code may send anything
            raise DeadKernelError("what it sent cannot be read") from error
        if self._kernel and self._kernel.beyond_limits():
            raise DeadKernelError(self._kernel.ended)
        return executed

    def on_cell_executed(self, **kwargs: Any) -> None:
        super().on_cell_executed(**kwargs)
        if any(
            output.output_type == "error" and output.ename == "CellTimeoutError"
            for output in kwargs["cell"].outputs
        ):
            kwargs["cell"].metadata[STOPPED] = f"it ran over its {self.timeout} s"

    def process_message(self, msg: Any, cell: NotebookNode, cell_index: int) -> Any:
        """Counts what a cell puts out while it streams, and drops what is beyond the limit."""
        if not well_formed(msg):
            return None
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            self._output += len(str(msg["content"]))
            if self._output > self.max_output:
                cell.metadata[STOPPED] = f"it put out more than {self.max_output:,} bytes"
                return None
        if msg["msg_type"] in ("update_display_data", "comm_open", "comm_msg", "comm_close"):
            return None  # one cell must not rewrite what another put out; widgets are not kept
        msg["content"].pop("transient", None)
        return super().process_message(msg, cell, cell_index)


def _lends(asked: Asked) -> bool:
    return bool(asked.exercise.stand_in)


def _resident() -> int:
    """Bytes of memory that this process has; 0 where that cannot be read so."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _fill(scratch: Path, resources: Any, questions: str) -> Path:
    """Makes the kernel's folder: the submission's data files, and the questions beside it."""
    (scratch / "questions.json").write_text(questions)
    work = scratch / "work"
    shutil.copytree(resources["metadata"]["path"], work, ignore=shutil.ignore_patterns("*.ipynb"))
    return work


def _environment(scratch: Path) -> dict[str, str]:
    home = scratch / "home"
    home.mkdir()
    return {
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        "HOME": str(home),
        "IPYTHONDIR": str(home),
        "JUPYTER_RUNTIME_DIR": str(home),
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "NBGRADER_EXECUTION": "autograde",
        "COURSE_PROFILE": "grade",
        QUESTIONS_VARIABLE: str(scratch / "questions.json"),
    }
