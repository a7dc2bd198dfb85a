"""What instructors run: hidden cases, judge, the way of a submission. Never given to learners."""
