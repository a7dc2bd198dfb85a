"""What is done to a solution's source to make a mutant: small mistakes, each with a name."""
