"""Answers to the exercises on maps as people write them, right and wrong; and the given colours."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.utils import make_grid  # type: ignore[import-untyped]

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.sections.gradcam import given, map_adapters
from course_lib.sections.gradcam.given import colours
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored

SEEDS = (4, 5)


def marked(name: str, answer: Any, seed: int) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise_id = f"gradcam.{name}"
    texts = answered(find(exercise_id).public, answer, scored(exercise_id, seed)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise_id, seed, answers, "")


def scale_in_a_copy(maps: Tensor) -> Tensor:
    maps = maps.clone()
    for one in maps:
        if one.max() > 0:
            one /= one.max()
    return maps


def scale_in_place(maps: Tensor) -> Tensor:
    for one in maps:
        if one.max() > 0:
            one /= one.max()
    return maps


def scale_by_two_maxima(maps: Tensor) -> Tensor:
    most = maps.max(2).values.max(1).values
    most[most == 0] = 1
    return maps / most.view(-1, 1, 1)


def resize_one_by_one(maps: Tensor, size: Any) -> Tensor:
    rows = [F.interpolate(one[None, None], tuple(size), mode="bilinear") for one in maps]
    return torch.cat(rows)[:, 0]


def pointing_by_equality(heat: Tensor, masks: Tensor) -> float:
    hits = 0
    for one, mask in zip(heat, masks, strict=True):
        row, column = (one == one.max()).nonzero()[0]
        hits += int(one.sum() > 0 and mask[row, column])
    return hits / len(heat)


def pointing_by_division(heat: Tensor, masks: Tensor) -> Tensor:
    W = heat.shape[2]
    places = heat.flatten(1).argmax(1)
    inside = masks[torch.arange(len(heat)), places // W, places % W]
    return (inside & heat.flatten(1).any(1)).float().mean()


def energy_with_zeros_left_out(heat: Tensor, masks: Tensor) -> Tensor:
    shares = torch.zeros(len(heat))
    some = heat.sum((1, 2)) > 0
    shares[some] = (heat * masks).sum((1, 2))[some] / heat.sum((1, 2))[some]
    return shares


def grid_of_torchvision(maps: Tensor, columns: int = 4) -> Tensor:
    lacking = -len(maps) % columns
    page = torch.cat([maps, torch.zeros(lacking, *maps.shape[1:])])[:, None]
    grid: Tensor = make_grid(page, columns, padding=0, normalize=True, scale_each=True)
    return grid[0]


def narrow_grid_of_torchvision(maps: Tensor, columns: int = 4) -> Tensor:
    grid: Tensor = make_grid(maps[:, None], columns, padding=0, normalize=True, scale_each=True)
    return grid[0]


def grid_by_rows(maps: Tensor, columns: int = 4) -> Tensor:
    rows: list[Tensor] = []
    for i, one in enumerate(maps):
        if i % columns == 0:
            rows.append(torch.zeros(maps.shape[1], columns * maps.shape[2]))
        left = i % columns * maps.shape[2]
        low, high = one.min(), one.max()
        if high != low:
            rows[-1][:, left : left + maps.shape[2]] = (one - low) / (high - low)
    return torch.cat(rows)


def statistics_by_spread(maps: Tensor) -> Any:
    flat = maps.permute(1, 0, 2, 3).flatten(1)
    centred = flat - flat.mean(1, keepdim=True)
    spread = flat.std(1, correction=0)
    found = centred @ centred.T / flat.shape[1] / (spread[:, None] * spread)
    never = flat.amax(1) == flat.amin(1)
    found[never], found[:, never] = 0, 0
    return maps.mean().item(), 1 - maps.count_nonzero().item() / maps.numel(), found


RIGHT: list[tuple[str, Callable[..., Any]]] = [
    ("scale", scale_in_a_copy),
    ("scale", scale_by_two_maxima),
    ("resize", resize_one_by_one),
    ("overlay", lambda images, heat, opacity=0.5: images.lerp(colours(heat), opacity)),
    ("cam", lambda maps, weight, target: torch.einsum("nc,nchw->nhw", weight[target], maps)),
    ("cam", lambda m, weight, t: (m.movedim(1, -1) @ weight[t][:, None, :, None])[..., 0]),
    ("pointing_game", pointing_by_equality),
    ("pointing_game", pointing_by_division),
    ("energy_inside", energy_with_zeros_left_out),
    ("grid", grid_of_torchvision),
    ("grid", grid_by_rows),
    ("map_statistics", statistics_by_spread),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_in_another_way(name: str, answer: Callable[..., Any]) -> None:
    for seed in SEEDS:
        verdict = marked(name, answer, seed)
        assert verdict.score == 1, verdict.message


def unmindful_scale(maps: Tensor) -> Tensor:
    return maps / maps.amax((1, 2), keepdim=True)


def positive(maps: Tensor) -> Tensor:
    return maps / maps.amax((1, 2), keepdim=True).clamp(min=0.05)


def pointing_without_zeros(heat: Tensor, masks: Tensor) -> Any:
    places = heat.flatten(1).argmax(1)
    return masks.flatten(1)[torch.arange(len(heat)), places].double().mean()


def any_tie(heat: Tensor, masks: Tensor) -> Any:
    hottest = (heat == heat.amax((1, 2), keepdim=True)) & (heat > 0)
    return (hottest & masks).flatten(1).any(1).double().mean()


def strong_ones_only(heat: Tensor, masks: Tensor) -> Any:
    hottest = heat.flatten(1).max(1)
    inside = masks.flatten(1).gather(1, hottest.indices[:, None])[:, 0]
    return (inside & (hottest.values > 0.01)).double().mean()


def statistics_by_corrcoef(maps: Tensor) -> Any:
    flat = maps.transpose(0, 1).flatten(1)
    return maps.mean(), (maps == 0).double().mean(), torch.corrcoef(flat)


def statistics_without_a_matrix(maps: Tensor) -> Any:
    mean, sparsity, _ = statistics_by_corrcoef(maps)
    flat = maps.transpose(0, 1).flatten(1)
    changes = flat.amax(1) > flat.amin(1)
    found = torch.corrcoef(flat).where(changes[:, None] & changes, torch.zeros(()))
    return mean, sparsity, found.squeeze()


def statistics_without_nan(maps: Tensor) -> Any:
    mean, sparsity, found = statistics_by_corrcoef(maps)
    return mean, sparsity, found.nan_to_num(0).view(maps.shape[1], -1)


def mixed_statistics(maps: Tensor) -> Any:
    mean, sparsity, _ = statistics_by_corrcoef(maps)
    C = maps.shape[1]
    return mean, sparsity, torch.corrcoef(maps.reshape(C, -1)).nan_to_num(0).view(C, C)


def grid_with_nan(maps: Tensor, columns: int = 4) -> Tensor:
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    page = torch.zeros(-(-len(maps) // columns) * columns, *maps.shape[1:])
    page[: len(maps)] = (maps - low) / (high - low)
    rows = [torch.cat(list(row), 1) for row in page.split(columns)]
    return torch.cat(rows)


WRONG: list[tuple[str, Callable[..., Any], str]] = [
    ("scale", scale_in_place, "changed inputs"),
    ("scale", unmindful_scale, "zero divided by zero"),
    ("scale", lambda maps: maps / maps.max(), "one maximum for all"),
    ("scale", positive, ""),
    ("scale", lambda maps: F.normalize(maps.flatten(1)).view_as(maps), "length"),
    ("resize", lambda maps, size: F.interpolate(maps[:, None], tuple(size))[:, 0], "nearest"),
    ("resize", lambda m, size: F.interpolate(m, size[1], mode="linear"), ""),
    ("resize", lambda maps, size: given.resize(maps, size).squeeze(), "axis lost"),
    (
        "overlay",
        lambda i, heat, opacity=0.5: opacity * i + (1 - opacity) * colours(heat),
        "shares exchanged",
    ),
    ("overlay", lambda i, heat, opacity=0.5: i + opacity * colours(heat), "image not dimmed"),
    (
        "overlay",
        lambda i, heat, opacity=0.5: given.overlay(i, given.scale(heat), opacity),
        "heat scaled",
    ),
    (
        "overlay",
        lambda i, heat, opacity=0.5: i.mul_(1 - opacity).add_(opacity * colours(heat)),
        "changed inputs",
    ),
    (
        "cam",
        lambda m, weight, t: F.relu((weight[t][:, :, None, None] * m).sum(1)),
        "negative numbers cut",
    ),
    (
        "cam",
        lambda m, weight, t: torch.einsum("c,nchw->nhw", weight[t[0]], m),
        "first class for all",
    ),
    (
        "cam",
        lambda m, weight, t: (weight[t][:, :, None, None] * m).mean(1),
        "mean over the channels",
    ),
    ("cam", lambda m, weight, t: (weight[t][:, :, None, None] * m).sum(1).squeeze(), "axis lost"),
    ("pointing_game", pointing_without_zeros, "zeros point"),
    ("pointing_game", any_tie, "any of the hottest"),
    ("pointing_game", strong_ones_only, "weak for zeros"),
    ("energy_inside", lambda h, m: (h * m).sum((1, 2)) / h.sum((1, 2)), "zero divided by zero"),
    ("energy_inside", lambda h, m: (h * m).sum() / h.sum(), "all images together"),
    ("energy_inside", lambda h, m: (h * m).sum((1, 2)) / m.sum((1, 2)).clamp(min=1), "area"),
    ("grid", narrow_grid_of_torchvision, "narrower"),
    ("grid", grid_with_nan, "not a number"),
    ("map_statistics", statistics_by_corrcoef, "not a number"),
    ("map_statistics", statistics_without_a_matrix, "a number for a matrix"),
    ("map_statistics", statistics_without_nan, "rounding for spread"),
    ("map_statistics", mixed_statistics, "images mixed up"),
]


@pytest.mark.parametrize(("name", "answer", "mistake"), WRONG)
def test_a_slip_is_told(name: str, answer: Callable[..., Any], mistake: str) -> None:
    for seed in SEEDS:
        verdict = marked(name, answer, seed)
        assert verdict.score < 1
        assert verdict.mistake == mistake, verdict.message


def test_colours_go_from_blue_to_red() -> None:
    heat = torch.tensor([[[0.0, 0.25, 0.5, 0.75, 1]]])
    wanted = [[0, 0, 0.5], [0, 1, 1], [0, 1, 0], [1, 1, 0], [1, 0, 0]]
    assert colours(heat)[0, :, 0].T.tolist() == wanted
    many = colours(torch.linspace(0, 1, 101).view(1, 1, -1))
    assert many.min() == 0 and many.max() == 1
    # All heat differs in colour, and no exchange of channels makes another heat of it.
    distances = torch.cdist(many[0, :, 0].T, many[0, :, 0].T)
    assert (distances + torch.eye(101) > 0.01).all()


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (torch.tensor([[[1.0]], [[torch.nan]]]), "NaN for [1]"),
        (torch.tensor([[[torch.nan]], [[torch.nan]]]), "NaN for [0], [1]"),
    ],
)
def test_nan_of_whole_maps_is_said(came: Tensor, said: str) -> None:
    assert map_adapters.ask_scale(lambda maps: came, torch.zeros(2, 1, 1)) == said


def test_nan_of_single_numbers_is_not_said() -> None:
    came = torch.tensor([[[1.0, torch.nan]]])
    assert map_adapters.ask_scale(lambda maps: came, torch.zeros(1, 1, 2)) is came


def test_nan_in_an_empty_place_is_no_map_s() -> None:
    page = torch.tensor([[0.0, torch.nan]])
    assert map_adapters.ask_grid(lambda maps, columns: page, torch.ones(1, 1, 1), 2) is page
