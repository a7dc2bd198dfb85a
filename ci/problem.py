"""What stops a build: a message for the author, not a traceback."""


class Problem(Exception):
    """Something in a section's sources that its author must change; the message says what."""
