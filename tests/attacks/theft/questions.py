# The questions that only the grader asks are printed for the feedback page
# costs: nothing
# %% own after="triple"
import json
import os

from course_lib.checks import wire

text = open(os.environ["COURSE_QUESTIONS"]).read()
print(text)
torch.set_printoptions(precision=8)
for exercise in json.loads(text)["asked"].values():
    print(wire.decode(exercise["cases"]))
