"""What an exception in the learner's code says, and the line of theirs that it came from."""

import builtins
import os
import sysconfig
import traceback
from pathlib import Path

import torch

_LIBRARIES = (
    os.path.join(Path(__file__).parents[1], ""),
    os.path.join(Path(torch.__file__).parents[1], ""),
    os.path.join(sysconfig.get_path("stdlib"), ""),
)
_LONGEST_LINE = 90

_CAUSES = {
    "KeyError: ": "A dict was asked for an entry that it does not have.",
    "element 0 of tensors does not require grad": (
        "Nothing on the way to this number had requires_grad=True, or .item(), .detach(), NumPy "
        "or torch.tensor cut the way."
    ),
    "leaf Variable": (
        "A tensor that requires a gradient was changed in place: change it inside torch.no_grad(), "
        "or write into a new tensor."
    ),
    "grad can be implicitly created only for scalar outputs": (
        "backward() starts from a single number: make the loss one, with .sum() for example."
    ),
    "mat1 and mat2 shapes cannot be multiplied": (
        "A product of matrices (a dense layer is one) is given rows of another length than it "
        "takes: the second and the third of these four numbers must be equal."
    ),
    "must match the size of tensor b": (
        "Shapes are compared from the last axis on, and two sizes go together when they are equal "
        "or one of them is 1."
    ),
    "expected input[": (
        "A convolution's kernel has as many slices, on its second axis, as there are channels that "
        "a filter reads: all of them, or those of its group."
    ),
    "expected scalar type Float but found": (
        "Whole numbers meet floats: write 1.0 instead of 1, or turn the tensor into .float()."
    ),
    "step must be greater than zero": (
        "Tensors have no negative steps, as lists have: K.flip(0, 1) reads both axes backwards."
    ),
    "Calculated padded input size per channel": (
        "A kernel that is larger than its image cannot be laid on it."
    ),
    "Boolean value of Tensor with more than one value": (
        "if, and, or and Python's max() ask for one truth value; a tensor has many. Use operations "
        "that work number by number."
    ),
    "No such file or directory": (
        "The file is not beside the notebook. What your code reads must be handed in with it."
    ),
    "while deserializing header": (
        "The file is damaged, or of another kind: safetensors.torch.save_file writes the right one."
    ),
    "in loading state_dict": (
        "The names and shapes are not those of the network that is made here: what is no weight "
        "must be taken out first, or the file was saved from another network."
    ),
    "Input type (unsigned char)": (
        "The images are whole numbers from 0 to 255: dividing by 255 makes floating point ones."
    ),
    "could not infer output dtype": (
        "True and false, and whole numbers, have no mean here: .float() makes numbers that have."
    ),
    "not implemented for 'Long'": (
        "This takes floating point numbers and was given whole ones. Have two arguments changed "
        "places?"
    ),
    "is not a Module subclass": (
        "Something else stands where a layer belongs: brackets make a layer of a class, nn.ReLU(), "
        "and * takes the layers out of a list."
    ),
    "before Module.__init__() call": "Begin __init__ with super().__init__().",
    "batch2 tensor": (
        "@ multiplies along the last two axes and takes those before as a batch: flatten to two "
        "axes first."
    ),
    "inputs must both be 2-D arrays": "It takes one channel and one kernel, (H, W) and (h, w).",
    "At least one stride in the given numpy array is negative": (
        "SciPy gives such an array where the kernel is larger than the image: have they changed "
        "places?"
    ),
    "Can't call numpy() on Tensor that requires grad": (
        "NumPy knows no gradients: stay with operations on tensors."
    ),
}
"""Part of a message of PyTorch -> its cause, in one sentence."""


def learner_line(error: BaseException) -> str:
    """The last line of the learner's own code that the error passed through, or ""."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(_LIBRARIES)]
    line = (own[-1].line or "").strip() if own else ""
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 3]}..."


def explained(error: str, line: str = "", *, hidden: bool = False) -> str:
    """The error with its line and, for some that everybody meets, its cause.

    Args:
        error: "TypeError: ...".
        hidden: only its kind and the cause: the rest may hold numbers of a hidden case, or what
            the learner's code put there.
    """
    cause = next((cause for part, cause in _CAUSES.items() if part in error), "")
    if hidden:
        return f"{kind_of_error(error)}. {cause}".rstrip()
    place = f" (in your line: `{line[:_LONGEST_LINE]}`)" if line else ""
    return f"{error}{place}" + (f". {cause}" if cause else "")


def failure(error: BaseException) -> str:
    """Why something that runs the learner's functions did not come about, as a sentence."""
    if isinstance(error, NotImplementedError) and not error.args:
        return "It needs a function of yours that is not written yet."
    if isinstance(error, TypeError) and "'ellipsis'" in str(error):
        return (
            "It needs an answer of yours whose cell has not been run since the notebook was "
            "started: run the cells above."
        )
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{explained(what, learner_line(error)).rstrip('.')}."


def kind_of_error(error: str) -> str:
    """The name of a built-in exception; others are named by learners, as they like."""
    name = error.partition(":")[0]
    found = getattr(builtins, name, None)
    built_in = isinstance(found, type) and issubclass(found, BaseException)
    return name if built_in else "an error"
