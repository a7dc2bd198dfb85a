"""Read by every nbgrader command that is started here, and by formgrader."""

from grader.course import configure

configure(get_config())  # noqa: F821  (nbgrader provides it)
