"""The quizzes of the sections; each module has its QUIZZES."""
