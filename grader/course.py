"""Configures nbgrader for the course; `nbgrader_config.py` in the root calls `configure`."""

import os
import sysconfig
from typing import Any

from nbgrader import preprocessors
from nbgrader.apps import api, autogradeapp, generateassignmentapp, generatefeedbackapp

from grader.generate import ClearSolutions, Counts, GenerateAssignment
from grader.kept_pictures import KeepPictures
from grader.submission.autograde import Autograde, OverwriteCells
from grader.submission.clean import Clean
from grader.submission.execute import Execute
from grader.submission.feedback import GenerateFeedback, HideOutputs
from grader.submission.record import Record

NEVER_COPIED = ["*.py", "*.pyc", "__pycache__", ".*", "feedback"]
"""What nbgrader must not copy beside a notebook: a `.py` twin holds the answers."""


def configure(config: Any) -> None:
    """Sets what the course needs, for every nbgrader command and for formgrader.

    nbgrader lets one choose its preprocessors, but not its converters: those are put where
    its applications look them up.
    """
    # nbgrader calls `alembic` by its bare name.
    scripts = sysconfig.get_path("scripts")
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(filter(None, [scripts, os.environ.get("PATH", "")]))
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "notebooks"
    config.CourseDirectory.ignore = NEVER_COPIED
    instead = {
        preprocessors.ClearSolutions: [KeepPictures, ClearSolutions],
        preprocessors.ClearOutput: [],
    }
    config.GenerateAssignment.preprocessors = [
        Counts,
        *(
            ours
            for theirs in GenerateAssignment.preprocessors.default_args[0]
            for ours in instead.get(theirs, [theirs])
        ),
    ]
    config.Execute.shutdown_kernel = "immediate"
    config.Execute.iopub_timeout = 30  # on a busy machine outputs may follow their reply late
    config.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}
    config.Autograde.sanitize_preprocessors = [
        preprocessors.ClearOutput,
        preprocessors.OverwriteKernelspec,
        OverwriteCells,
        preprocessors.CheckCellMetadata,
    ]
    config.Autograde.autograde_preprocessors = [
        Execute,
        Record,
        Clean,
        preprocessors.LimitOutput,
        preprocessors.SaveAutoGrades,
        preprocessors.AssignLatePenalties,
        preprocessors.CheckCellMetadata,
    ]
    config.GenerateFeedback.preprocessors = [
        preprocessors.GetGrades,
        preprocessors.ClearHiddenTests,
        HideOutputs,
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    for application in (api, autogradeapp):
        application.Autograde = Autograde
    for application in (api, generateassignmentapp):
        application.GenerateAssignment = GenerateAssignment
    for application in (api, generatefeedbackapp):
        application.GenerateFeedback = GenerateFeedback
