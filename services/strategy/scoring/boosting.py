"""Gradient boosting over the same features, by LightGBM."""

from dataclasses import dataclass

import lightgbm
import numpy as np

from services.strategy.scoring.features import FEATURES
from services.strategy.scoring.histories import Numbers


@dataclass(frozen=True, slots=True)
class Boosting:
    """Scores accounts with trained trees.

    Raises ValueError where the trees were grown on other features than ours.
    """

    booster: lightgbm.Booster

    def __post_init__(self) -> None:
        trained_on = tuple(self.booster.feature_name())
        if trained_on != FEATURES:
            wrong = sorted(set(trained_on).symmetric_difference(FEATURES))
            raise ValueError(
                "the model was trained on other features"
                + (f": {', '.join(wrong[:8])}" if wrong else " in another order")
                + ". Train it again with this version."
            )

    def probabilities(self, features: Numbers) -> Numbers:
        """The probability of going bad, shape (n,), of features of the shape (n, len(FEATURES))."""
        if not len(features):
            return np.zeros(0)
        return np.asarray(self.booster.predict(features, num_threads=1), dtype=np.float64)

    def reasons(self, features: Numbers, most: int = 3) -> list[list[str]]:
        """For each account the features that raised its risk most (SHAP values: Lundberg and Lee 2017)."""
        if not len(features):
            return []
        raised = np.asarray(self.booster.predict(features, pred_contrib=True, num_threads=1))[:, :-1]
        order = np.argsort(-raised, axis=1, kind="stable")[:, :most]
        return [
            [FEATURES[place] for place in places if row[place] > 0]
            for row, places in zip(raised, order, strict=True)
        ]
