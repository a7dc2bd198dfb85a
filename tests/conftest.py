"""What all tests share: a plain environment, which process runs which of them, and their table."""

import os
from typing import Any

import pytest

# Tests compute on small tensors, where a second thread only waits for the first; kernels that
# tests start inherit it. Set before anything imports torch.
os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NBGRADER_EXECUTION", "COURSE_QUESTIONS", "COURSE_SECRET", "COURSE_PROFILE"):
        monkeypatch.delenv(name, raising=False)


START_KERNELS = (
    "tests/attacks/",
    "tests/kernels/",
    "tests/submission/",
    "tests/marking/test_try_answer.py",
    "tests/visualiser/test_page.py",
)
"""Their tests fill the machine, and wait for kernels with a limit: one after another."""


def run_together(test: str) -> str:
    """What of the tests one process runs, by a test's id: a file, so that its fixtures are made
    once; of a file that asks about every exercise, one exercise; all that start kernels.
    """
    if test.startswith(START_KERNELS):
        return "kernels"
    file, _, name = test.partition("::")
    return name.partition("[")[2] or file if file.startswith("tests/marking/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """For `-n 2`. (xdist's own way, `--dist loadgroup`, does nothing with pytest 9.2.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return run_together(nodeid)

    return Together(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table exercise x answer; its rows come with the reports, from whichever process."""
    reports = [report for some in terminalreporter.stats.values() for report in some]
    ended = [report for report in reports if getattr(report, "when", "") == "teardown"]
    rows = [row for one in ended for name, row in one.user_properties if name == "mutants"]
    for row in sorted(rows, key=lambda row: row[0]):
        terminalreporter.write_line("{:28} {:38} {:14} {}".format(*row))
