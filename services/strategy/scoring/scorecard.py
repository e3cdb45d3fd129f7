"""A scorecard: points for the range that each characteristic falls in, added up.

Siddiqi, Credit Risk Scorecards (2006): weights of evidence in ranges, a logistic regression over them,
scaled to points. Every account gets reasons: the characteristics that lost it most points.
"""

from dataclasses import dataclass

import msgspec
import numpy as np

from services.strategy.scoring.features import FEATURES
from services.strategy.scoring.histories import Numbers

POINTS_AT_EVEN_ODDS = 600.0
POINTS_TO_DOUBLE_ODDS = 20.0
_FACTOR = POINTS_TO_DOUBLE_ODDS / np.log(2)


class Characteristic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A feature in ranges (…, cuts[0]], (cuts[0], cuts[1]] … and the points of each range."""

    feature: str
    cuts: list[float]
    points: list[float]

    def __post_init__(self) -> None:
        if self.feature not in FEATURES:
            raise ValueError(f"no feature is called {self.feature!r}")
        if self.cuts != sorted(set(self.cuts)):
            raise ValueError(f"the cuts of {self.feature} must increase")
        if len(self.points) != len(self.cuts) + 1:
            raise ValueError(f"{self.feature} must have one points value more than cuts")


class ScorecardDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scorecard as a file holds it; points are for good accounts, 20 of them double the odds."""

    base_points: float
    characteristics: list[Characteristic]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Scores accounts."""

    document: ScorecardDocument

    def probabilities(self, features: Numbers) -> Numbers:
        """The probability of going bad, shape (n,), of features of the shape (n, len(FEATURES))."""
        points = self.document.base_points + self._points(features).sum(1)
        result: Numbers = 1 / (1 + np.exp((points - POINTS_AT_EVEN_ODDS) / _FACTOR))
        return result

    def reasons(self, features: Numbers, most: int = 3) -> list[list[str]]:
        """For each account the features that cost it most points, weightiest first, if any."""
        best = np.array([max(item.points) for item in self.document.characteristics])
        lost = best - self._points(features)
        order = np.argsort(-lost, axis=1, kind="stable")[:, :most]
        names = [item.feature for item in self.document.characteristics]
        return [
            [names[place] for place in places if row[place] > 0]
            for row, places in zip(lost, order, strict=True)
        ]

    def _points(self, features: Numbers) -> Numbers:
        columns = [
            np.asarray(item.points)[np.searchsorted(item.cuts, features[:, FEATURES.index(item.feature)])]
            for item in self.document.characteristics
        ]
        return np.stack(columns, axis=1)


def scaled(log_odds_of_bad: float) -> float:
    """Points for a part of the log odds of going bad."""
    return float(-log_odds_of_bad * _FACTOR)
