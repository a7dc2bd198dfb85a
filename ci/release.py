"""The release of a section, by nbgrader's generate_assignment with a throw-away gradebook."""

import logging
import shutil
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ci.problem import Problem
from ci.sections import Place
from grader.course import configure
from grader.generate import GenerateAssignment


def release(place: Place, scratch: Path) -> Path:
    """Generates the release of a section from its executed notebook.

    Args:
        scratch: an empty folder, in which all work is done.

    Returns:
        The folder with the release, in `scratch`.

    Raises:
        Problem: nbgrader refuses the notebook.
    """
    beside = shutil.ignore_patterns("*.py", ".*", "__pycache__")
    shutil.copytree(place.executed.parent, scratch / "solutions" / place.folder, ignore=beside)
    config = Config()
    configure(config)
    config.CourseDirectory.root = str(scratch)
    config.CourseDirectory.db_url = f"sqlite:///{scratch}/gradebook.db"
    config.CourseDirectory.assignment_id = place.folder
    log = logging.getLogger("ci.release")
    log.setLevel(logging.ERROR)
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config, log=log)
    try:
        converter.start()
    except (Exception, SystemExit) as error:  # nbgrader raises many kinds
        raise Problem(f"{place.folder}: nbgrader generates no release: {error}") from error
    return scratch / "notebooks" / place.folder
