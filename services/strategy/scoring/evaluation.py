"""How good a model's probabilities are, by the field's usual figures."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from services.strategy.scoring.histories import Numbers

BANDS = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """Of predicted probabilities against what happened.

    `auc`: area under the ROC curve; `gini`: 2 AUC − 1; `ks`: the greatest distance between the cumulative
    shares of bad and good accounts (Kolmogorov–Smirnov); `brier`: mean squared error of the probability
    (Brier 1950).
    """

    accounts: int
    bad: int
    auc: float
    gini: float
    ks: float
    brier: float

    def as_object(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CalibrationBand:
    """A tenth of the accounts by predicted probability: what was predicted, and what happened."""

    accounts: int
    predicted: float
    observed: float


def quality_of(probabilities: Numbers, bad: Numbers) -> Quality:
    """The figures for n probabilities of going bad and n outcomes (1 bad, 0 good), ties counted half.

    Raises ValueError unless there are outcomes of both kinds.
    """
    positives = int(bad.sum())
    negatives = len(bad) - positives
    if not positives or not negatives:
        raise ValueError("good and bad outcomes are both needed to judge a model")
    values, place = np.unique(probabilities, return_inverse=True)
    bad_at = np.bincount(place, weights=bad, minlength=len(values))
    good_at = np.bincount(place, weights=1 - bad, minlength=len(values))
    good_below = np.cumsum(good_at) - good_at
    auc = float((bad_at * (good_below + good_at / 2)).sum() / (positives * negatives))
    ks = float(np.abs(np.cumsum(good_at) / negatives - np.cumsum(bad_at) / positives).max())
    brier = float(np.mean((probabilities - bad) ** 2))
    return Quality(len(bad), positives, auc, 2 * auc - 1, ks, brier)


def calibration(probabilities: Numbers, bad: Numbers) -> list[CalibrationBand]:
    """Ten bands of as near as possible equally many accounts, from the least to the most probable."""
    order = np.argsort(probabilities, kind="stable")
    return [
        CalibrationBand(len(part), float(probabilities[part].mean()), float(bad[part].mean()))
        for part in np.array_split(order, BANDS)
        if len(part)
    ]


def stability(expected: Numbers, actual: Numbers) -> float:
    """The population stability index of two samples of probabilities, over the tenths of `expected`.

    Below 0.1 the population is the same by the usual reading, above 0.25 the model wants training again.
    """
    cuts = np.quantile(expected, np.linspace(0, 1, BANDS + 1)[1:-1])
    shares = [
        np.maximum(np.bincount(np.searchsorted(cuts, sample), minlength=BANDS) / len(sample), 1e-4)
        for sample in (expected, actual)
    ]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
