"""The models on 24,089 real card accounts."""

from pathlib import Path

from recoup.imports.uci_histories import read_histories
from services.strategy.scoring import fitting
from services.strategy.scoring.evaluation import quality_of
from services.strategy.scoring.features import features_of


def test_real_card_histories_are_scored_as_well_as_promised_c12(real_data: Path) -> None:
    found = read_histories(real_data / "uci-credit-default-labelled.csv.gz", labelled=True)
    assert found.bad is not None
    features = features_of(found.histories)
    promised = {fitting.fit_scorecard: 0.77, fitting.fit_boosting: 0.785}
    for fit, least in promised.items():
        [probabilities] = fitting.cross_validated(fit, features, found.bad, repeats=1)
        assert least <= quality_of(probabilities, found.bad).auc < 0.80
