"""What of a notebook is read for forbidden operators: what the answer rests upon, and no more."""

import pytest

from course_lib.checks.forbidden import forbidden_uses
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.checks.scope import Cell, scope

FORBIDDEN = (
    "torch.nn.functional.conv2d",
    "torch.nn.functional.unfold",
    "numpy",
    ".tolist",
    *CONVOLUTION_OPERATORS,
)
LIBRARY = "F.conv2d(X[None, None], K[None, None])[0, 0]"
ANSWER = "def corr2d(X, K):\n    return X.sum() * K"


def uses(*cells: str, name: str = "corr2d", elsewhere: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The forbidden names that are found in a notebook of these cells."""
    return forbidden_uses(scope(map(Cell.of, cells), name, elsewhere), FORBIDDEN)


BESIDE = {
    "a try-out after it": (ANSWER, f"Y = corr2d(X, K)\nprint(Y.tolist(), {LIBRARY})"),
    "a try-out in its cell": (f"{ANSWER}\nX = K = 1\nassert (corr2d(X, K) == {LIBRARY}).all()",),
    "a try-out before it": (f"import torch\nprint({LIBRARY})", ANSWER),
    "imports that it does not use": (
        f"import numpy as np, torch.nn as nn\nfrom scipy import signal\n{ANSWER}\nnp.ones(2)",
    ),
    "one name of an import": (
        "from torch.nn.functional import pad, unfold",
        "def corr2d(X, K):\n    return pad(X, (1, 1)) * K",
    ),
    "another function": (f"{ANSWER}\ndef mine(X, K):\n    return {LIBRARY}",),
    "a function that calls it": (f"{ANSWER}\ndef both(X, K):\n    return corr2d(X, K), {LIBRARY}",),
    "a former try at it": (f"def corr2d(X, K):\n    return {LIBRARY}", ANSWER),
    "a former value of a name": (
        "import numpy as side",
        "side = 3\ndef corr2d(X):\n    return side",
    ),
    "a parameter of another's name": (
        f"def conv(X, K):\n    return {LIBRARY}",
        "def corr2d(X, conv):\n    return X * conv",
    ),
    "a variable of another's name": (
        "import numpy as rows",
        "def corr2d(X, K):\n    rows = len(X)\n    return rows * K",
    ),
    "a loop's variable of another's name": (
        "import numpy as i",
        "def corr2d(X, K):\n    return [i for i in X] + [(lambda i: i)(K)]",
    ),
    "an exception's name": (
        "import numpy as e",
        "def corr2d(X):\n    try:\n        return X\n    except ValueError as e:\n        raise e",
    ),
    "an attribute of another's name": (
        "import numpy as shape",
        "def corr2d(X, K):\n    return X.shape",
    ),
    "an argument's keyword": ("import numpy as dim", "def corr2d(X, K):\n    return X.sum(dim=0)"),
    "a name that is only written in a text": (
        "import numpy as text",
        'def corr2d(X, K):\n    "Not by text, nor F.conv2d."\n    return X  # np.correlate',
    ),
    "the line of its check": (ANSWER, 'corr2d = check("convolution.corr2d", corr2d)'),
    "a class of another name": (f"class Other:\n    way = lambda X, K: {LIBRARY}", ANSWER),
}


@pytest.mark.parametrize("cells", BESIDE.values(), ids=BESIDE)
def test_what_stands_beside_costs_nothing(cells: tuple[str, ...]) -> None:
    assert uses(*cells) == ()


WITHIN = {
    "in it": (f"def corr2d(X, K):\n    return {LIBRARY}",),
    "an import within it": ("def corr2d(X, K):\n    import numpy\n    return numpy.ones(1)",),
    "a helper": (
        f"def help(X, K):\n    return {LIBRARY}",
        "def corr2d(X, K):\n    return help(X, K)",
    ),
    "a helper below it": (
        "def corr2d(X, K):\n    return help(X, K)",
        f"def help(X, K):\n    return {LIBRARY}",
    ),
    "a helper's helper": (
        f"def deep(X, K):\n    return {LIBRARY}\ndef help(X, K):\n    return deep(X, K)",
        "def corr2d(X, K):\n    return help(X, K)",
    ),
    "helpers that call each other": (
        f"def one(X, K):\n    return two(X, K)\ndef two(X, K):\n    one\n    return {LIBRARY}",
        "def corr2d(X, K):\n    return one(X, K)",
    ),
    "a function within it": (
        f"def corr2d(X, K):\n    def inner():\n        return {LIBRARY}\n    return inner()",
    ),
    "a helper that a function within it calls": (
        f"def help(X, K):\n    return {LIBRARY}",
        "def corr2d(X, K):\n    def inner():\n        return help(X, K)\n    return inner()",
    ),
    "a lambda": (f"corr2d = lambda X, K: {LIBRARY}",),
    "a lambda as a helper": (
        f"help = lambda X, K: {LIBRARY}",
        "def corr2d(X, K):\n    return (lambda: help(X, K))()",
    ),
    "another name for the operator": (
        "conv = F.conv2d",
        "def corr2d(X, K):\n    return conv(X, K)",
    ),
    "another name for the module": (
        "import torch.nn.functional as fun",
        "def corr2d(X, K):\n    return fun.conv2d(X, K)",
    ),
    "another name, imported": (
        "from torch.nn.functional import conv2d as slide",
        "def corr2d(X, K):\n    return slide(X, K)",
    ),
    "a star": ("from numpy import *", "def corr2d(X, K):\n    return correlate(X, K)"),
    "a decorator": (
        f"def instead(function):\n    return lambda X, K: {LIBRARY}",
        "@instead\ndef corr2d(X, K):\n    return X",
    ),
    "a default argument": (
        "conv = F.conv2d",
        "def corr2d(X, K, by=conv):\n    return by(X, K)",
    ),
    "a default argument of a lambda": (
        "conv = F.conv2d",
        "corr2d = lambda X, K, by=conv: by(X, K)",
    ),
    "an annotation-free global": (
        "conv = None\ndef set_up():\n    pass\nif True:\n    conv = F.conv2d",
        "def corr2d(X, K):\n    global conv\n    return conv(X, K)",
    ),
    "a table of functions": (
        "ways = {}\nways['library'] = F.conv2d",
        "def corr2d(X, K):\n    return ways['library'](X, K)",
    ),
    "an attribute set later": (
        ANSWER,
        f"corr2d.help = lambda X, K: {LIBRARY}",
    ),
    "a definition under a condition": (
        f"if True:\n    def corr2d(X, K):\n        return {LIBRARY}",
    ),
    "two definitions under a condition": (
        f"if fast:\n    def help(X, K):\n        return {LIBRARY}\nelse:\n"
        "    def help(X, K):\n        return X",
        "def corr2d(X, K):\n    return help(X, K)",
    ),
    "assigned from another function": (f"def mine(X, K):\n    return {LIBRARY}", "corr2d = mine"),
    "two targets": (f"mine = corr2d = lambda X, K: {LIBRARY}",),
    "unpacked": (f"corr2d, other = (lambda X, K: {LIBRARY}), 3",),
    "a walrus": (f"print(corr2d := lambda X, K: {LIBRARY})",),
    "a with statement": (
        "with torch.no_grad():\n    conv = F.conv2d",
        "def corr2d(X, K):\n    return conv(X, K)",
    ),
    "a method of a class": (
        f"class Helper:\n    def run(self, X, K):\n        return {LIBRARY}",
        "def corr2d(X, K):\n    return Helper().run(X, K)",
    ),
    "an attribute of a class": (
        "class Helper:\n    run = F.conv2d",
        "def corr2d(X, K):\n    return Helper.run(X, K)",
    ),
    "the base of a class": (
        "class Base:\n    run = F.conv2d\nclass Helper(Base):\n    pass",
        "def corr2d(X, K):\n    return Helper.run(X, K)",
    ),
    "the last of two definitions": (ANSWER, f"def corr2d(X, K):\n    return {LIBRARY}"),
    "a magic before it": (f"%%time\ndef corr2d(X, K):\n    return {LIBRARY}",),
}


@pytest.mark.parametrize("cells", WITHIN.values(), ids=WITHIN)
def test_what_it_rests_upon_is_read(cells: tuple[str, ...]) -> None:
    assert uses(*cells)


def test_a_method_set_from_outside_belongs_to_its_class() -> None:
    layer = "class Conv2D:\n    def __init__(self):\n        pass"
    forward = f"def forward(self, X, K):\n    return {LIBRARY}\nConv2D.forward = forward"
    assert uses(layer, forward, name="Conv2D") == ("torch.nn.functional.conv2d",)
    assert uses(layer, f"Conv2D()\nprint({LIBRARY})", name="Conv2D") == ()


def test_the_search_stops_at_what_has_an_exercise_of_its_own() -> None:
    cells = (
        f"def corr2d(X, K):\n    return {LIBRARY}",
        "def true_conv2d(X, K):\n    return corr2d(X, K.flip(0, 1))",
    )
    assert uses(*cells, name="true_conv2d", elsewhere=("corr2d",)) == ()
    assert uses(*cells, name="true_conv2d") == ("torch.nn.functional.conv2d",)
    assert uses(*cells, name="corr2d", elsewhere=("corr2d", "true_conv2d"))


def test_a_name_that_nothing_binds_has_no_text() -> None:
    assert scope([Cell.of(ANSWER)], "im2col") == ""
    assert scope([], "corr2d") == ""


def test_a_cell_that_is_no_python_is_left_out() -> None:
    broken = Cell.of("def corr2d(X, K:\n    return")
    assert broken.statements is None
    assert uses("def corr2d(X, K:", f"def corr2d(X, K):\n    return {LIBRARY}")
    assert uses("def corr2d(X, K:", ANSWER) == ()
