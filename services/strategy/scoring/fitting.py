"""Trains a scorecard and trees on histories whose end is known. Only the training command imports this."""

from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

from services.strategy.scoring.boosting import Boosting
from services.strategy.scoring.features import FEATURES
from services.strategy.scoring.histories import Numbers
from services.strategy.scoring.scorecard import (
    POINTS_AT_EVEN_ODDS,
    Characteristic,
    Scorecard,
    ScorecardDocument,
    scaled,
)

CHARACTERISTICS = (
    "limit",
    "status_0",
    "worst_status_of_3",
    "months_two_past_due",
    "months_past_due",
    "paid_in_all_of_limit",
    "months_without_payment",
    "utilisation_mean",
    "utilisation_change",
    "paid_of_bill_0",
    "paid_of_bill_1",
    "paid_of_bill_2",
    "paid_0",
    "paid_1",
    "most_paid",
    "months_paid_in_part",
)
"""What the scorecard may use; a characteristic that would count the wrong way round is left out."""

RANGES = 7
SMALLEST_RANGE = 0.02
TREES: dict[str, Any] = {
    "objective": "binary",
    "n_estimators": 600,
    "learning_rate": 0.02,
    "num_leaves": 10,
    "min_child_samples": 120,
    "subsample": 0.7,
    "subsample_freq": 1,
    "colsample_bytree": 0.4,
    "reg_lambda": 20.0,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
"""Shallow and strongly regularised: deeper trees did not do better on folds that they had not seen."""

Model = Scorecard | Boosting
Fit = Callable[[Numbers, Numbers, int], Model]


def fit_scorecard(features: Numbers, bad: Numbers, seed: int = 1) -> Scorecard:
    """Ranges by a small decision tree a feature, weights of evidence, logistic regression, points."""
    chosen = [FEATURES.index(name) for name in CHARACTERISTICS]
    cuts = {place: _cuts(features[:, place], bad, seed) for place in chosen}
    evidence = {place: _evidence(features[:, place], bad, cuts[place]) for place in chosen}
    while True:
        seen = np.stack(
            [evidence[place][np.searchsorted(cuts[place], features[:, place])] for place in chosen], axis=1
        )
        regression = LogisticRegression(C=0.1, max_iter=500).fit(seen, bad)
        weights = regression.coef_[0]
        if (weights > 0).all():
            break
        chosen = [place for place, weight in zip(chosen, weights, strict=True) if weight > 0]
    characteristics = [
        Characteristic(
            FEATURES[place],
            [float(cut) for cut in cuts[place]],
            [round(scaled(weight * value), 2) for value in evidence[place]],
        )
        for place, weight in zip(chosen, weights, strict=True)
    ]
    base = POINTS_AT_EVEN_ODDS + scaled(float(regression.intercept_[0]))
    return Scorecard(ScorecardDocument(round(base, 2), characteristics))


def fit_boosting(features: Numbers, bad: Numbers, seed: int = 1) -> Boosting:
    """Gradient-boosted trees."""
    found = lightgbm.LGBMClassifier(**TREES, random_state=seed).fit(
        features, bad, feature_name=list(FEATURES)
    )
    return Boosting(found.booster_)


def cross_validated(
    fit: Fit,
    features: Numbers,
    bad: Numbers,
    *,
    folds: int = 5,
    repeats: int = 2,
    seed: int = 1,
    told: Callable[[int], None] = lambda _done: None,
) -> list[Numbers]:
    """For each repeat the probability of every account by a model that had not seen it (stratified folds)."""
    repeated = []
    for repeat in range(repeats):
        probabilities = np.zeros(len(bad))
        split = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
        for seen, unseen in split.split(features, bad):
            model = fit(features[seen], bad[seen], seed + repeat)
            probabilities[unseen] = model.probabilities(features[unseen])
            told(1)
        repeated.append(probabilities)
    return repeated


def _cuts(values: Numbers, bad: Numbers, seed: int) -> Numbers:
    tree = DecisionTreeClassifier(
        max_leaf_nodes=RANGES, min_samples_leaf=SMALLEST_RANGE, random_state=seed
    ).fit(values[:, None], bad)
    inner = tree.tree_.feature >= 0
    return np.unique(np.round(tree.tree_.threshold[inner], 6))


def _evidence(values: Numbers, bad: Numbers, cuts: Numbers) -> Numbers:
    """Weights of evidence: log odds of going bad in each range less those of all, half an account added."""
    place = np.searchsorted(cuts, values)
    counts = len(cuts) + 1
    ill = np.bincount(place, weights=bad, minlength=counts) + 0.5
    well = np.bincount(place, weights=1 - bad, minlength=counts) + 0.5
    overall = np.log(bad.sum() / (len(bad) - bad.sum()))
    result: Numbers = np.log(ill / well) - overall
    return result
