"""Models on histories whose truth is known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from services.strategy.scoring import fitting, model_folder
from services.strategy.scoring.evaluation import calibration, quality_of, stability
from services.strategy.scoring.features import FEATURES, features_of
from services.strategy.scoring.histories import Histories, Numbers
from services.strategy.scoring.scorecard import Characteristic, Scorecard, ScorecardDocument
from tests.unit.strategy.scoring.books import book

_KNOWN: dict[str, Any] = {"made_at": "2026-01-01T00:00:00Z", "trained_on": "0", "accounts": 1, "quality": {}}


@pytest.fixture(scope="module", params=[fitting.fit_scorecard, fitting.fit_boosting])
def fit(request: pytest.FixtureRequest) -> fitting.Fit:
    found: fitting.Fit = request.param
    return found


@pytest.fixture(scope="module")
def trained(fit: fitting.Fit) -> fitting.Model:
    histories, bad = book(3000)
    return fit(features_of(histories), bad, 1)


def test_a_model_ranks_accounts_that_it_has_not_seen(trained: fitting.Model) -> None:
    histories, bad = book(3000, seed=2)
    found = quality_of(trained.probabilities(features_of(histories)), bad)
    assert found.auc > 0.72
    assert found.ks > 0.3
    assert found.brier < 0.2


def test_its_probabilities_are_those_that_happen(trained: fitting.Model) -> None:
    histories, bad = book(6000, seed=3)
    for band in calibration(trained.probabilities(features_of(histories)), bad):
        assert band.predicted == pytest.approx(band.observed, abs=0.09)


def test_the_same_seed_and_accounts_give_the_same_model(fit: fitting.Fit) -> None:
    histories, bad = book(600)
    features = features_of(histories)
    first, second = (fit(features, bad, 7).probabilities(features) for _ in range(2))
    assert (first == second).all()


def test_reasons_name_what_raised_the_risk_and_an_account_scores_alike_alone_or_in_a_batch(
    trained: fitting.Model,
) -> None:
    features = features_of(book(200, seed=4)[0])
    codes = trained.reasons(features)
    assert all(len(row) <= 3 and set(row) <= set(FEATURES) for row in codes)
    assert sum(bool(row) for row in codes) > 190
    alone = trained.probabilities(features[5:6])
    assert alone[0] == pytest.approx(trained.probabilities(features)[5], abs=1e-12)
    assert trained.probabilities(features[:0]).shape == (0,)
    assert trained.reasons(features[:0]) == []


def test_a_saved_model_is_loaded_as_it_was_and_a_changed_file_is_refused(
    trained: fitting.Model, tmp_path: Path
) -> None:
    features = features_of(book(50, seed=5)[0])
    saved = model_folder.save(tmp_path, trained, **_KNOWN)
    manifest, loaded = model_folder.load(tmp_path)
    assert manifest.model_id == saved.model_id
    assert loaded.probabilities(features) == pytest.approx(trained.probabilities(features), abs=1e-9)
    file = next(path for path in tmp_path.iterdir() if path.name != model_folder.MANIFEST)
    file.write_bytes(file.read_bytes().replace(b"1", b"2"))
    with pytest.raises(model_folder.UnusableModel, match="not the file that the manifest names"):
        model_folder.load(tmp_path)
    file.unlink()
    with pytest.raises(model_folder.UnusableModel, match=file.name):
        model_folder.load(tmp_path)


def test_trees_grown_on_other_features_are_refused() -> None:
    import lightgbm

    from services.strategy.scoring.boosting import Boosting

    rows = np.random.default_rng(1).normal(size=(200, 2))
    grown = lightgbm.train(
        {"objective": "binary", "verbose": -1},
        lightgbm.Dataset(rows, (rows[:, 0] > 0).astype(float), feature_name=["income", "age"]),
        num_boost_round=2,
    )
    with pytest.raises(ValueError, match=r"other features: age, .*income"):
        Boosting(grown)


@pytest.mark.parametrize(
    ("feature", "cuts", "points", "message"),
    [
        ("age", [1.0], [1.0, 2.0], "no feature is called"),
        ("limit", [2.0, 1.0], [1.0, 2.0, 3.0], "must increase"),
        ("limit", [1.0], [1.0], "one points value more"),
    ],
)
def test_a_characteristic_that_cannot_be_is_refused(
    feature: str, cuts: list[float], points: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Characteristic(feature, cuts, points)


def test_twenty_points_double_the_odds_and_600_are_even() -> None:
    features = np.zeros((2, len(FEATURES)))
    features[1, FEATURES.index("limit")] = 5
    card = Scorecard(ScorecardDocument(600.0, [Characteristic("limit", [1.0], [0.0, 20.0])]))
    even, better = card.probabilities(features)
    assert even == pytest.approx(1 / 2)
    assert better == pytest.approx(1 / 3)
    assert card.reasons(features) == [["limit"], []]


_probabilities = arrays.arrays(np.float64, 40, elements=st.floats(0, 1).map(lambda value: round(value, 2)))
_outcomes = arrays.arrays(np.float64, 40, elements=st.sampled_from([0.0, 1.0]))


@given(_probabilities, _outcomes)
def test_the_figures_are_those_of_scikit_learn(probabilities: Numbers, bad: Numbers) -> None:
    if bad.min() == bad.max():
        with pytest.raises(ValueError, match="both needed"):
            quality_of(probabilities, bad)
        return
    found = quality_of(probabilities, bad)
    false, true, _ = roc_curve(bad, probabilities)
    assert found.auc == pytest.approx(roc_auc_score(bad, probabilities))
    assert found.gini == pytest.approx(2 * found.auc - 1)
    assert found.ks == pytest.approx(np.abs(true - false).max())
    assert found.brier == pytest.approx(brier_score_loss(bad, probabilities))


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_features_never_depend_on_the_other_accounts(seed: int) -> None:
    histories, _ = book(12, seed=seed)
    whole = features_of(histories)
    assert np.isfinite(whole).all()
    assert whole.shape == (12, len(FEATURES))
    part = Histories(
        histories.account_ids[3:5],
        histories.limit[3:5],
        histories.status[3:5],
        histories.billed[3:5],
        histories.paid[3:5],
    )
    assert (features_of(part) == whole[3:5]).all()


def test_a_population_that_stays_is_stable_and_one_that_moves_is_not() -> None:
    draw = np.random.default_rng(1)
    before = draw.beta(2, 5, 5000)
    assert stability(before, draw.beta(2, 5, 5000)) < 0.02
    assert stability(before, draw.beta(5, 2, 5000)) > 0.25
