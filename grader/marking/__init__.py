"""What is asked and scored: exercises, their questions, their seeds."""
