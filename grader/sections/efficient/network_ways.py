"""MobileNetV2 in steps, right and wrong ones."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from course_lib.sections.efficient.given import InvertedResidual, scaled
from grader.sections.efficient.inverted_ways import Inverted, unit

LAST = 1280


class Net(nn.Module):
    """MobileNetV2 in steps, each of which a mistake can replace."""

    def __init__(
        self, settings: Sequence[Sequence[int]], width: float = 1.0, num_classes: int = 1000
    ) -> None:
        super().__init__()
        channels = self.stem(width)
        layers: list[nn.Module] = [unit(3, channels, 3, self.stem_stride())]
        for stage in settings:
            ratio, planned, blocks, stride = self.row(stage)
            go = self.scaled(planned, width)
            layers += self.stage(channels, go, self.count(blocks), stride, ratio)
            channels = go
        last = self.last(width)
        self.features = nn.Sequential(*layers, unit(channels, last, 1))
        self.classifier = self.head(last, num_classes)

    def stem(self, width: float) -> int:
        return scaled(32, width)

    def stem_stride(self) -> int:
        return 2

    def row(self, stage: Sequence[int]) -> Sequence[int]:
        return stage

    def scaled(self, channels: int, width: float) -> int:
        """Channels of a stage."""
        return scaled(channels, width)

    def count(self, blocks: int) -> int:
        return blocks

    def strided(self, place: int, blocks: int) -> bool:
        """Whether a block has the stage's stride."""
        return place == 0

    def stage(
        self, come: int, go: int, blocks: int, stride: int, ratio: int
    ) -> Sequence[nn.Module]:
        return [
            Inverted(
                come if place == 0 else go, go, stride if self.strided(place, blocks) else 1, ratio
            )
            for place in range(blocks)
        ]

    def last(self, width: float) -> int:
        return scaled(LAST, max(1.0, width))

    def head(self, last: int, classes: int) -> nn.Sequential:
        return nn.Sequential(nn.Dropout(0.2), nn.Linear(last, classes))

    def forward(self, x: Tensor) -> Any:
        return self.classifier(self.features(x).mean(dim=(2, 3)))


def net(**parts: object) -> type:
    return type("MobileNetV2", (Net,), parts)


def repeated(
    self: Net, come: int, go: int, blocks: int, stride: int, ratio: int
) -> Sequence[nn.Module]:
    """All blocks but the first are one object."""
    others = [Inverted(go, go, 1, ratio)] * (blocks - 1)
    return [Inverted(come, go, stride, ratio), *others]


def read_alike(
    self: Net, come: int, go: int, blocks: int, stride: int, ratio: int
) -> Sequence[nn.Module]:
    """All blocks read what the first one reads."""
    strides = [stride, *[1] * (blocks - 1)]
    return [Inverted(come, go, step, ratio) for step in strides]


def first_expanded(
    self: Net, come: int, go: int, blocks: int, stride: int, ratio: int
) -> Sequence[nn.Module]:
    """Only the first block of a stage expands."""
    others = [Inverted(go, go, 1, 1) for _ in range(blocks - 1)]
    return [Inverted(come, go, stride, ratio), *others]


def of_theirs(
    self: Net, come: int, go: int, blocks: int, stride: int, ratio: int
) -> Sequence[nn.Module]:
    """torchvision's blocks, which refuse other strides than 1 and 2."""
    strides = [stride, *[1] * (blocks - 1)]
    return [
        InvertedResidual(go if place else come, go, step, ratio)
        for place, step in enumerate(strides)
    ]


class TenClasses(Net):
    """Another default."""

    def __init__(
        self, settings: Sequence[Sequence[int]], width: float = 1.0, num_classes: int = 10
    ) -> None:
        super().__init__(settings, width, num_classes)


class Grown(Net):
    """Stages that grow by append."""

    def stage(
        self, come: int, go: int, blocks: int, stride: int, ratio: int
    ) -> Sequence[nn.Module]:
        stage = nn.Sequential(Inverted(come, go, stride, ratio))
        while len(stage) < blocks:
            stage.append(Inverted(go, go, stride=1, expand_ratio=ratio))
        return [*stage]
