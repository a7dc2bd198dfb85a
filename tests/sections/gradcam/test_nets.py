"""Answers to the exercises that look into nets as people write them, right and wrong."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.checks import traces, wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.models.resnet import BasicBlock, ResNet
from course_lib.sections.gradcam import nets
from grader.marking import solutions
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored
from grader.sections.gradcam.grad_cam_ways import grad_cam as by_differences


def marked(name: str, answer: Any, seed: int = 4) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise_id = f"gradcam.{name}"
    texts = answered(find(exercise_id).public, answer, scored(exercise_id, seed)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise_id, seed, answers, "")


def modes_of(model: nn.Module) -> list[tuple[nn.Module, bool]]:
    return [(module, module.training) for module in model.modules()]


def put_back(modes: list[tuple[nn.Module, bool]]) -> None:
    for module, training in modes:
        module.training = training


def maps_layer_by_layer(model: Any, layers: Any, x: Tensor) -> dict[str, Tensor]:
    result = {}
    modes = modes_of(model)
    model.eval()
    for name in layers:
        found: list[Tensor] = []
        layer = dict(model.named_modules())[name]
        handle = layer.register_forward_hook(lambda m, i, o, f=found: f.append(o.detach().clone()))
        model(x.clone())
        handle.remove()
        result[name] = found[-1]
    put_back(modes)
    return result


def maps_of_a_copy(model: Any, layers: Any, x: Tensor) -> dict[str, Tensor]:
    net = copy.deepcopy(model).eval()
    maps: dict[str, Tensor] = dict.fromkeys(layers)  # type: ignore[arg-type]
    for name, module in net.named_modules():
        if name in layers:
            module.register_forward_hook(
                lambda m, i, o, name=name: maps.update({name: o.data.clone()})
            )
    with torch.inference_mode():
        net(x.clone())
    return maps


def maps_on_the_processor(model: Any, layers: Any, x: Tensor) -> dict[str, Tensor]:
    """`.cpu()` copies nothing where all is there already."""
    maps: dict[str, Tensor] = {}
    modes = modes_of(model)
    model.eval()
    handles = [
        model.get_submodule(n).register_forward_hook(
            lambda m, i, o, n=n: maps.__setitem__(n, o.detach().cpu())
        )
        for n in layers
    ]
    model(x)
    for handle in handles:
        handle.remove()
    put_back(modes)
    return {n: maps[n] for n in layers}


def cam_by_retained_gradient(model: Any, layer: str, x: Tensor, target: Any = None) -> Tensor:
    """Nothing is lost on a copy; its in-place layers are made to copy."""
    net = copy.deepcopy(model).eval()
    for parameter in net.parameters():
        parameter.requires_grad = True
    kept = {}

    def keep(module: nn.Module, inputs: Any, output: Tensor) -> Tensor:
        output.retain_grad()
        kept["A"] = output
        return output * 1

    net.get_submodule(layer).register_forward_hook(keep)
    logits = net(x.clone())
    if target is None:
        target = logits.max(dim=1).indices
    net.zero_grad()
    logits[range(len(x)), target].sum().backward()
    A, dA = kept["A"], kept["A"].grad
    assert dA is not None
    return F.relu(torch.einsum("nkhw,nk->nhw", A, dA.mean(dim=[2, 3]))).detach()


def cam_by_tensor_hook(model: Any, layer: str, x: Tensor, target: Any = None) -> Tensor:
    """Right but where a layer runs twice: back from the logit its first run comes last."""
    found: dict[str, Tensor] = {}

    def keep(module: nn.Module, inputs: Any, output: Tensor) -> None:
        found["A"] = output.detach().clone()
        output.register_hook(lambda gradient: found.__setitem__("g", gradient.clone()))

    x = x.clone().requires_grad_(True)
    modes = modes_of(model)
    handle = model.get_submodule(layer).register_forward_hook(keep)
    try:
        logits = model.eval()(x.clone())
    finally:
        handle.remove()
        put_back(modes)
    target = logits.argmax(dim=-1) if target is None else target
    torch.autograd.grad(logits[torch.arange(len(x)), target].sum(), x)
    weights = found["g"].flatten(2).mean(-1)
    return (weights[..., None, None] * found["A"]).sum(dim=1).clamp_min(0)


def cam_of_one_hot(model: Any, layer: str, x: Tensor, target: Any = None) -> Tensor:
    maps = []
    modes = modes_of(model)
    model.eval()
    for n in range(x.shape[0]):
        kept: list[Tensor] = []

        def keep(m: Any, i: Any, o: Tensor, kept: list[Tensor] = kept) -> Tensor:
            kept.append(o.detach().clone().requires_grad_())
            return kept[-1] + 0

        handle = model.get_submodule(layer).register_forward_hook(keep)
        logits = model(x[n].unsqueeze(0).clone())
        handle.remove()
        k = logits[0].argmax().item() if target is None else int(target[n])
        hot = torch.zeros_like(logits)
        hot[0, k] = 1
        g = torch.autograd.grad(logits, kept[-1], grad_outputs=hot)[0]
        total = sum(g[0, c].mean() * kept[-1][0, c].detach() for c in range(g.shape[1]))
        maps.append(torch.maximum(total, torch.zeros(())))  # type: ignore[arg-type]
    put_back(modes)
    return torch.stack(maps)


def cam_as_in_most_tutorials(model: Any, layer: str, x: Tensor, target: Any = None) -> Tensor:
    model.eval()
    kept = {}
    part = model.get_submodule(layer)
    h1 = part.register_forward_hook(lambda m, i, o: kept.__setitem__("A", o))
    h2 = part.register_full_backward_hook(lambda m, i, o: kept.__setitem__("g", o[0]))
    logits = model(x)
    if target is None:
        target = logits.argmax(1)
    model.zero_grad()
    logits[torch.arange(len(x)), target].sum().backward()
    h1.remove()
    h2.remove()
    return F.relu((kept["g"].mean((2, 3), keepdim=True) * kept["A"]).sum(1)).detach()


def cam_that_leaves_its_graph(model: Any, layer: str, x: Tensor, target: Any = None) -> Tensor:
    x.requires_grad_()
    return cam_of_one_hot(model, layer, x, target)


def ascent_by_parameter(
    model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
) -> Tensor:
    net = copy.deepcopy(model).eval()
    image = nn.Parameter(start.clone())
    for _ in range(steps):
        net.zero_grad()
        image.grad = None
        loss = -net(image)[torch.arange(len(start)), target].sum() + decay * image.square().sum()
        loss.backward()
        with torch.no_grad():
            image -= lr * image.grad
    return image.detach()


def ascent_by_formula(
    model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
) -> Tensor:
    modes = modes_of(model)
    model.eval()
    x = start.clone()
    for _ in range(steps):
        leaf = x.clone().requires_grad_(True)
        logits = model(leaf)
        total = torch.stack([logits[n, k] for n, k in enumerate(target.tolist())]).sum()
        g = torch.autograd.grad(total, leaf)[0]
        x = x + lr * (g - 2 * decay * x)
    put_back(modes)
    return x


def ascent_in_place(
    model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
) -> Tensor:
    x = start
    net = copy.deepcopy(model).eval()
    for _ in range(steps):
        leaf = x.detach().clone().requires_grad_()
        goal = net(leaf).gather(1, target[:, None]).sum() - decay * (leaf**2).sum()
        x += lr * torch.autograd.grad(goal, leaf)[0]
    return x


def ascent_on_sums_of_gradients(
    model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
) -> Tensor:
    net = copy.deepcopy(model).eval()
    x = start.clone().requires_grad_()
    for _ in range(steps):
        goal = net(x).gather(1, target[:, None]).sum() - decay * (x**2).sum()
        goal.backward()
        x.data += lr * x.grad  # type: ignore[operator]
    return x.detach()


def names_by_string(model: Any) -> list[str]:
    return [n for n, m in model.named_modules() if m.__class__.__name__ == "Conv2d"]


def names_of_two_kinds(model: Any) -> list[str]:
    return [n for n, m in model.named_modules() if isinstance(m, nn.modules.conv._ConvNd)]


RIGHT = [
    ("feature_maps", maps_layer_by_layer),
    ("feature_maps", maps_of_a_copy),
    ("grad_cam", cam_by_retained_gradient),
    ("grad_cam", cam_of_one_hot),
    ("maximise", ascent_by_parameter),
    ("maximise", ascent_by_formula),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT, ids=[a.__name__ for _, a in RIGHT])
def test_right_answers_have_full_marks(name: str, answer: Any) -> None:
    verdict = marked(name, answer)
    assert verdict.score == 1, verdict.message


WRONG = [
    ("feature_maps", maps_on_the_processor, "overwritten"),
    ("grad_cam", cam_as_in_most_tutorials, ""),
    ("grad_cam", cam_by_tensor_hook, "first run"),
    ("grad_cam", cam_that_leaves_its_graph, "changed inputs"),
    ("maximise", ascent_in_place, "changed inputs"),
    ("maximise", ascent_on_sums_of_gradients, "gradients add up"),
    ("conv_layers", names_by_string, "exact type"),
    ("conv_layers", names_of_two_kinds, "other convolutions"),
]


@pytest.mark.parametrize(
    ("name", "answer", "mistake"), WRONG, ids=[a.__name__ for _, a, _ in WRONG]
)
def test_wrong_answers_are_told(name: str, answer: Any, mistake: str) -> None:
    verdict = marked(name, answer)
    assert verdict.score < 1
    assert not mistake or verdict.mistake == mistake, verdict.message


def test_at_the_last_maps_grad_cam_is_the_relu_of_cam_by_the_number_of_places() -> None:
    net = ResNet(BasicBlock, (1, 1, 1, 1), 4, 5).eval()
    x, target = torch.randn(3, 3, 70, 40), torch.tensor([4, 0, 2])
    maps = solutions.solution("gradcam.feature_maps")(net, ["layer4"], x)["layer4"]
    cam = torch.einsum("nk,nkhw->nhw", net.fc.weight[target], maps).detach()
    expected = cam.relu() / maps[0, 0].numel()
    for answer in (solutions.solution("gradcam.grad_cam"), by_differences):
        assert torch.allclose(answer(net, "layer4", x, target), expected, atol=1e-5)


def test_what_is_not_as_before_is_told() -> None:
    model = nets.network(("resnet", 1), "mixed")
    before = traces.seen(model)
    told = [traces.changed(before, model)]
    for change in (
        lambda: model.get_submodule("relu").register_forward_hook(lambda *seen: None),
        lambda: model.get_submodule("relu")._forward_hooks.clear(),
        lambda: model.eval(),
    ):
        change()
        told.append(traces.changed(before, model))
    assert told == ["", "hooks left", "hooks removed", "modes"]
    for state in ("eval", "train", "frozen", "head"):
        model = nets.network(("vgg", 1), state)
        before = traces.seen(model)
        model.zero_grad()
        assert traces.changed(before, model) == "gradients gone"
    model = nets.network(("branches", 1))
    before = traces.seen(model)
    model(torch.randn(1, 3, 5, 6)).sum().backward()
    assert traces.changed(before, model) == "gradients added"
