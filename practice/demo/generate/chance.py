"""Chance that always falls the same way: one named stream for each thing that is invented."""

import math
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, *names: object) -> Random:
    """The stream of chance called *names*; streams do not disturb one another."""
    return Random("/".join(map(str, (seed, *names))))


class Weighted(Generic[T]):
    """Things to draw from, each with its weight."""

    def __init__(self, weights: Mapping[T, float] | Iterable[tuple[T, float]]) -> None:
        pairs = list(weights.items()) if isinstance(weights, Mapping) else list(weights)
        self._things: Sequence[T] = [thing for thing, _ in pairs]
        self._sums = list(accumulate(weight for _, weight in pairs))

    def draw(self, rng: Random) -> T:
        """One thing, the heavier the likelier."""
        at = bisect(self._sums, rng.random() * self._sums[-1])
        return self._things[min(at, len(self._things) - 1)]

    def draw_many(self, rng: Random, number: int) -> list[T]:
        """*number* different things, or all there are."""
        drawn: dict[T, None] = {}
        wanted = min(number, len(self._things))
        for _ in range(20 * wanted):
            if len(drawn) == wanted:
                break
            drawn[self.draw(rng)] = None
        return list(drawn)


def lognormal(rng: Random, mean: float, relative_sd: float) -> float:
    """A positive length with this *mean* and standard deviation *relative_sd* x *mean*."""
    variance = math.log(1 + relative_sd**2)
    return rng.lognormvariate(math.log(mean) - variance / 2, math.sqrt(variance))


def rounded(rng: Random, expected: float) -> int:
    """*expected* as a whole number that is right on average."""
    whole = math.floor(expected)
    return whole + (rng.random() < expected - whole)
