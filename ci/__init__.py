"""What authors and continuous integration run: building the release, and checking it."""
