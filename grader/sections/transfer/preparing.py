"""Part A: images as a pretrained network has seen them."""

import torch
import torch.nn.functional as F
import torchvision.transforms.functional as TF  # type: ignore[import-untyped]
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import prepare
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.transfer.preparing_ways import (
    IMAGENET,
    at_the_end,
    by_factor,
    by_numbers,
    grey_by_one,
    in_kernels,
    in_the_middle,
    in_unit,
    interpolated,
    one_by_one,
    one_memory,
    own_statistics,
    ratio_kept,
    ratio_kept_by_hand,
    shorter_side,
    sometimes,
    to_size,
    tripled,
    way,
    whole_numbers,
)


def _cases(draw: Draw) -> list[Case]:
    def case(
        about: str, n: int, channels: int, sides: tuple[int, int], size: int, top: int = 255
    ) -> Case:
        images = draw.integers(0, top, n, channels, *sides).to(torch.uint8)
        mean = tuple(round(0.3 + 0.4 * number, 3) for number in draw.uniform(3).tolist())
        std = tuple(round(0.15 + 0.2 * number, 3) for number in draw.uniform(3).tolist())
        return Case(args=(images, size, mean, std), about=about)

    n = draw.integer(2, 4)
    return [
        case("colour images that become smaller", n, 3, (14, 10), 5),
        case("colour images that become larger", 2, 3, (4, 5), 9),
        case("grey images that become smaller", n, 1, (9, 12), 6),
        case("grey images that become larger", 2, 1, (3, 4), draw.integer(6, 7)),
        case("as many images as channels", 3, 3, (8, 11), 4),
        case("one colour image", 1, 3, (7, 7), 3),
        case("one grey image", 1, 1, (6, 5), 4),
        case("images of the size already", 2, 3, (4, 4), 4),
        case("dark images", 2, 3, (5, 6), 4, top=draw.integer(90, 130)),
        case("images of the values zero and one", 2, 3, (5, 4), 4, top=1),
        case("images that become one pixel", 2, 3, (3, 4), 1),
        case("as high as asked, and wider", 1, 1, (3, 5), 3),
        case("as wide as asked, and lower", 1, 3, (2, 3), 3),
    ]


PREPARE = Exercise(
    id="transfer.prepare",
    title="Images as the network knows them",
    points=2,
    minutes=10,
    covers=("L8", "Q16"),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[[[51]]], [[[102]]]], dtype=torch.uint8),
                    *(1, (0.2, 0.1, 0.0), (0.5, 0.5, 0.2)),
                )
            ),
            [[[[0.0]], [[0.2]], [[1.0]]], [[[0.4]], [[0.6]], [[2.0]]]],
        ),
    ),
    cases=_cases,
    through="ask_prepared",
    reference=prepare,
    promises=("unchanged", "tensor"),
    wrong={
        "not to [0, 1]": (
            "Your values are still those of uint8. mean and std are of values in [0, 1]: divide by "
            "the largest value of uint8 first.",
            way(scaled=Tensor.float),
        ),
        "scaled at the end": (
            "You divide by the largest value of uint8 after you have normalised. mean and std are "
            "of values in [0, 1]: divide first.",
            way(
                scaled=Tensor.float,
                normalised=lambda x, mean, std: by_numbers(x, mean, std) / 255,
            ),
        ),
        "without rest": (
            "You divide whole numbers by //, which leaves 0 of nearly all. Divide by /.",
            way(scaled=lambda images: (images // 255).float()),
        ),
        "another dtype": (
            "The numbers of your result have another dtype than the network's weights, which are "
            "of torch's default: a NumPy array of mean or std may have brought its own.",
            lambda *arguments: way()(*arguments).double(),
            lambda *arguments: way()(*arguments).half(),
        ),
        "another divisor": (
            "You divide by another number than the largest value of uint8, which becomes 1, as 0 "
            "becomes 0.",
            way(scaled=lambda images: images.float() / 256),
            way(scaled=lambda images: images.float() / 128),
            way(scaled=lambda images: images.float() / 127.5 - 1),
        ),
        "divided by their own maximum": (
            "You divide by the largest value of the images. Dark images then become light ones: "
            "divide by the largest value of uint8, always.",
            way(scaled=lambda images: images.float() / images.max()),
            way(scaled=lambda images: images / images.amax((1, 2, 3), keepdim=True)),
        ),
        "divided where above 1": (
            "You divide only where a value is above 1. Very dark images stay as they are then: "
            "uint8 is divided always.",
            way(scaled=lambda images: in_unit(images) if images.max() > 1 else images.float()),
        ),
        "whole numbers resized": (
            "You resize whole numbers, so each new pixel is rounded. Make them floats first.",
            whole_numbers,
            in_kernels,
        ),
        "no antialias": (
            "You resize without antialias=True: where images become smaller, pixels are skipped "
            "instead of averaged.",
            interpolated(mode="bilinear"),
        ),
        "not bilinear": (
            'You resize in another way than by mode="bilinear".',
            interpolated(mode="nearest"),
            interpolated(mode="bicubic", antialias=True),
            interpolated(mode="bicubic"),
            interpolated(mode="area"),
            way(resized=lambda x, size: F.adaptive_avg_pool2d(x, size)),
        ),
        "corners aligned": (
            "You resize with align_corners=True. Leave it out: pixels are areas, not points.",
            interpolated(mode="bilinear", align_corners=True),
            interpolated(mode="bilinear", align_corners=True, antialias=True),
        ),
        "the shorter side": (
            "You make the shorter side as long as asked, and the longer one longer. With [size, "
            "size] TF.resize makes both of that length.",
            way(resized=shorter_side),
        ),
        "one factor": (
            "You resize height and width by one factor: what was no square is none afterwards. "
            "size=(size, size) asks for a square.",
            way(resized=lambda x, size: by_factor(x, size / x.shape[2])),
            way(resized=lambda x, size: by_factor(x, size / x.shape[3])),
        ),
        "height alone looked at": (
            "You resize only where the height is another than `size`. The width may still be "
            "another: resize always.",
            sometimes(lambda h, w, size: h != size),
        ),
        "width alone looked at": (
            "You resize only where the width is another than `size`. The height may still be "
            "another: resize always.",
            sometimes(lambda h, w, size: w != size),
        ),
        "resized sometimes": (
            "You leave images as they are where one of their sides is as asked, or where they are "
            "small. Resize always: both sides become `size`.",
            sometimes(lambda h, w, size: h != size and w != size),
            sometimes(lambda h, w, size: h > size),
            sometimes(lambda h, w, size: h > size or w > size),
            sometimes(lambda h, w, size: h > size and w > size),
        ),
        "cut to a square": (
            "You cut images to a square. The whole image is resized, also where it is not a square "
            "before.",
            way(resized=ratio_kept),
            way(resized=ratio_kept_by_hand(round)),
            way(resized=ratio_kept_by_hand(int)),
            way(resized=lambda x, size: to_size(TF.center_crop(x, min(x.shape[2:])), size)),
            way(resized=in_the_middle),
            way(
                resized=lambda x, size: to_size(
                    x[..., : min(x.shape[2:]), : min(x.shape[2:])], size
                )
            ),
        ),
        "not normalised": (
            "You do not normalise: subtract mean and divide by std, each channel its own.",
            way(normalised=lambda x, mean, std: x),
        ),
        "std unused": (
            "You subtract mean, and do not divide by std.",
            way(normalised=lambda x, mean, std: by_numbers(x, mean, (1.0, 1.0, 1.0))),
        ),
        "mean unused": (
            "You divide by std, and do not subtract mean.",
            way(normalised=lambda x, mean, std: by_numbers(x, (0.0, 0.0, 0.0), std)),
        ),
        "divided first": (
            "You divide by std before you subtract mean. First (x - mean), then / std.",
            way(
                normalised=lambda x, mean, std: (
                    x / torch.tensor(std).view(-1, 1, 1) - torch.tensor(mean).view(-1, 1, 1)
                )
            ),
        ),
        "multiplied": (
            "You multiply by std. Divide by it.",
            way(normalised=lambda x, mean, std: by_numbers(x, mean, [1 / s for s in std])),
        ),
        "variance": (
            "You divide by the square of std, or by its root. Divide by std itself.",
            way(normalised=lambda x, mean, std: by_numbers(x, mean, [s**2 for s in std])),
            way(normalised=lambda x, mean, std: by_numbers(x, mean, [s**0.5 for s in std])),
        ),
        "added": (
            "You add mean. Subtract it.",
            way(normalised=lambda x, mean, std: by_numbers(x, [-m for m in mean], std)),
        ),
        "normalised twice": (
            "You normalise twice.",
            way(normalised=lambda x, mean, std: by_numbers(by_numbers(x, mean, std), mean, std)),
        ),
        "other numbers": (
            "You normalise by numbers of your own, ImageNet's or a half, whatever is given. Use "
            "the arguments: another network has others.",
            way(normalised=lambda x, mean, std: by_numbers(x, *IMAGENET)),
            way(normalised=lambda x, mean, std: 2 * x - 1),
        ),
        "the images' own numbers": (
            "You normalise by mean and standard deviation of the images at hand. The network was "
            "trained with those that are given: use the arguments.",
            way(normalised=own_statistics((0, 2, 3))),
            way(normalised=own_statistics((2, 3))),
            way(normalised=own_statistics((0, 1, 2, 3))),
            way(normalised=own_statistics((0, 2, 3), correction=1)),
            way(normalised=own_statistics((0, 1, 2, 3), correction=1)),
        ),
        "one number for all channels": (
            "You normalise all channels by one number of mean, and of std. Each channel has its "
            "own: view(3, 1, 1).",
            way(normalised=lambda x, mean, std: (x - mean[0]) / std[0]),
            way(normalised=lambda x, mean, std: (x - sum(mean) / 3) / (sum(std) / 3)),
        ),
        "channels reversed": (
            "Your channels stand in reverse order, or mean and std do. Red comes first in all of "
            "them.",
            lambda images, *others: way()(images.flip(1), *others),
            way(normalised=lambda x, mean, std: by_numbers(x, mean[::-1], std[::-1])),
            lambda *arguments: way()(*arguments).flip(1),
        ),
        "along the columns": (
            "You normalise along another axis than that of the channels: (3,) is laid along the "
            "columns. view(3, 1, 1) lays it along the channels.",
            way(normalised=lambda x, mean, std: (x - torch.tensor(mean)) / torch.tensor(std)),
        ),
        "colour lost": (
            "You make colour images grey. Only images of one channel are repeated.",
            way(three=lambda x: tripled(x.mean(1, keepdim=True))),
            way(three=lambda x: tripled(x[:, :1])),
        ),
        "grey by one number": (
            "You normalise grey by one number, and repeat it afterwards. Repeat first: each of the "
            "three channels has its own mean and std.",
            grey_by_one,
        ),
        "grey in one channel": (
            "Grey fills one of your three channels. Its channel is repeated: all three are alike "
            "before they are normalised.",
            way(three=lambda x: F.pad(x, (0, 0, 0, 0, 0, 3 - x.shape[1]))),
        ),
        "colour repeated": (
            "Your function fails on colour images, and on no grey ones. Is something repeated "
            "three times where there are three channels already?",
            way(three=lambda x: x.repeat(1, 3, 1, 1)),
        ),
        "told by their number": (
            "Your function fails on one colour image alone. Whether images are grey is told by "
            "their channels, shape[1]; shape[0] is how many they are.",
            way(three=lambda x: x.repeat(1, 3, 1, 1) if len(x) == 1 else x),
        ),
        "one memory": (
            "You change grey channels in place after expand: its three channels are one and the "
            "same memory, so each change is made to all. repeat makes three of their own.",
            one_memory,
        ),
        "grey divided": (
            "You share grey out among three channels. Each of them holds all of it.",
            way(three=lambda x: tripled(x) / (3 if x.shape[1] == 1 else 1)),
        ),
    },
    right=(
        way(),
        at_the_end,
        one_by_one,
        way(three=lambda x: x.repeat(1, 3 // x.shape[1], 1, 1)),
    ),
    forbidden=("course_lib",),
    hints=(
        "Four steps: floats in [0, 1], three channels, the size, the normalisation. In which of "
        "them do grey images differ from colour images?",
        "x.expand(-1, 3, -1, -1) makes three channels of one, and leaves three as they are. "
        'F.interpolate(x, (size, size), mode="bilinear", antialias=True) resizes a batch.',
        "torch.tensor(mean).view(3, 1, 1) has one number for each channel: rows and columns "
        "follow by broadcasting.",
    ),
    stand_in="prepare",
)
