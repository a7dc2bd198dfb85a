"""The way of a submission: taken in, rebuilt, executed, judged, recorded, cleaned."""
