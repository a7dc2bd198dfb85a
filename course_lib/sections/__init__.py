"""Public halves of the exercises; each module has its SECTION."""
