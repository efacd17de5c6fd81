"""How sure a figure is: 95 % intervals, and the difference of two runs over the same questions.

A sample is one (numerator, denominator) a question; its figure is the sum of the one over the sum of the other. A mean
has denominators of 1, a question a figure does not concern has (0, 0), and a share of citations counts each question's
own citations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Sample = Sequence[tuple[float, float]]
Interval = list[float]

ROUNDS = 2000
SEED = 20
# Draws are made in parts of so many numbers, to bound memory.
_PART = 2_000_000
_Z = 1.959964


def figure(sample: Sample) -> float | None:
    """The figure of a sample; None of nothing."""
    below = sum(denominator for _, denominator in sample)
    return sum(numerator for numerator, _ in sample) / below if below else None


def interval(sample: Sample) -> Interval | None:
    """The 95 % interval of a sample's figure, [low, high]; None of nothing.

    A share of yes or no questions gets Wilson's score interval (Wilson 1927), which holds for few questions and for
    shares near 0 and 1; anything else the percentile bootstrap over questions (Efron and Tibshirani 1993), 2,000 draws
    from a fixed seed.
    """
    concerned = [pair for pair in sample if pair[1]]
    if not concerned:
        return None
    if all(denominator == 1 and numerator in (0, 1) for numerator, denominator in concerned):
        return wilson(round(sum(numerator for numerator, _ in concerned)), len(concerned))
    return _percentiles(_draws(len(concerned), lambda weights: _figures(weights, concerned)))


def difference(one: Sample, other: Sample) -> tuple[float, Interval] | None:
    """`one` minus `other` over the same questions in the same order, and its interval by the paired bootstrap.

    The same questions are drawn for both, so what makes a question hard for both does not widen the interval. None
    where either concerns nothing. Raises ValueError for samples of unlike length.
    """
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a[1] or b[1]]
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    first, second = figure(ours), figure(theirs)
    if first is None or second is None:
        return None
    drawn = _draws(len(pairs), lambda weights: _figures(weights, ours) - _figures(weights, theirs))
    return first - second, _percentiles(drawn)


def wilson(successes: int, trials: int) -> Interval:
    """Wilson's 95 % score interval of `successes` in `trials` (1 or more), to four decimals."""
    share, z2 = successes / trials, _Z * _Z
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials)) / (1 + z2 / trials)
    return [round(max(0.0, centre - half), 4), round(min(1.0, centre + half), 4)]


def _draws(count: int, figures: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float64]:
    """`figures` of how often each of `count` questions was drawn (rows of weights), for all rounds."""
    chance = np.random.default_rng(SEED)
    at_once = max(1, _PART // count)
    parts = [min(at_once, ROUNDS - start) for start in range(0, ROUNDS, at_once)]
    even = np.full(count, 1 / count)
    return np.concatenate([figures(chance.multinomial(count, even, size=part).astype(np.float64)) for part in parts])


def _figures(weights: NDArray[np.float64], sample: Sample) -> NDArray[np.float64]:
    sums = weights @ np.array(sample, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[:, 0] / sums[:, 1], np.float64)


def _percentiles(drawn: NDArray[np.float64]) -> Interval:
    low, high = np.nanpercentile(drawn, [2.5, 97.5])  # a draw may hold no question the figure concerns
    return [round(float(low), 4), round(float(high), 4)]
