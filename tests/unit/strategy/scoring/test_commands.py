"""`recoup score` from file to file; bad files are told by line, column and remedy."""

import csv
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recoup.commands.scoring import app
from recoup.errors import Mistake
from recoup.imports.uci_histories import read_histories
from tests.unit.strategy.scoring.books import book, write

RUN = CliRunner()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    histories, bad = book(800)
    write(folder / "data.csv", histories, bad)
    done = RUN.invoke(
        app, ["train", "--data", str(folder / "data.csv"), "--out", str(folder / "out"), "--repeats", "1"]
    )
    assert done.exit_code == 0, done.output
    assert re.search(r"scorecard: AUC 0\.\d{4}, Gini", done.stdout)
    return folder / "out"


def test_training_leaves_two_models_a_report_and_a_calibration_chart(models: Path) -> None:
    assert (models / "scorecard" / "scorecard.json").exists()
    assert (models / "boosting" / "trees.txt").exists()
    report = (models / "report.md").read_text()
    for heading in ("AUC | Gini | KS | Brier", "## Calibration", "## Drift", "## Scorecard"):
        assert heading in report
    assert "<svg" in (models / "calibration.svg").read_text()


@pytest.mark.parametrize("kind", ["", "boosting", "scorecard"])
def test_prediction_writes_a_probability_for_each_account_in_order(
    models: Path, tmp_path: Path, kind: str
) -> None:
    histories, _ = book(30, seed=9)
    write(tmp_path / "new.csv", histories, None)
    out = tmp_path / "out.csv"
    done = RUN.invoke(
        app,
        ["predict", "--model", str(models / kind), "--data", str(tmp_path / "new.csv"), "--out", str(out)],
    )
    assert done.exit_code == 0, done.output
    with out.open() as lines:
        rows = list(csv.DictReader(lines))
    assert [row["ID"] for row in rows] == list(histories.account_ids)
    assert list(rows[0]) == ["ID", "probability"]
    assert all(0 <= float(row["probability"]) <= 1 for row in rows)


def test_demographics_change_nothing(tmp_path: Path) -> None:
    histories, bad = book(20)
    write(tmp_path / "with.csv", histories, bad)
    text = (tmp_path / "with.csv").read_text()
    (tmp_path / "other.csv").write_text(re.sub(r"(?m)^(a\d+,[^,]+),\d+,[^,]+,", r"\1,9,99,", text))
    one, other = (read_histories(tmp_path / f"{name}.csv", labelled=True) for name in ("with", "other"))
    assert (one.histories.status == other.histories.status).all()
    assert (one.histories.limit == other.histories.limit).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("PAY_0", "PAY_1"), r"lacks the columns PAY_0"),
        (lambda text: text.replace("SEX", "PAY_0"), r"columns PAY_0 twice"),
        (lambda text: text.replace("a1,", "a0,"), r"line 3: account a0 is in line 2 already"),
        (lambda text: text.replace("a1,", " ,"), r"line 3: ID is empty"),
        (lambda text: re.sub(r"(?m)^(a2,)[^,]+", r"\1much", text), r"line 4: LIMIT_BAL must be a number"),
        (lambda text: re.sub(r"(?m)^(a2,)[^,]+", r"\g<1>0", text), r"line 4: LIMIT_BAL must be above zero"),
        (lambda text: re.sub(r"(?m)^(a2,.*),\d$", r"\1,3", text), r"line 4: .* must be 0 or 1"),
        (lambda text: text.splitlines()[0], r"no accounts below its header"),
    ],
)
def test_a_bad_file_is_told_by_line_column_and_remedy(tmp_path: Path, change: object, message: str) -> None:
    assert callable(change)
    histories, bad = book(5)
    write(tmp_path / "data.csv", histories, bad)
    (tmp_path / "data.csv").write_text(change((tmp_path / "data.csv").read_text()))
    with pytest.raises(Mistake, match=message):
        read_histories(tmp_path / "data.csv", labelled=True)


def test_mistakes_on_the_command_line_are_told(models: Path, tmp_path: Path) -> None:
    histories, bad = book(60)
    write(tmp_path / "few.csv", histories, bad)
    few = RUN.invoke(app, ["train", "--data", str(tmp_path / "few.csv"), "--out", str(tmp_path / "m")])
    assert "Use more accounts or fewer folds" in str(few.exception)
    (tmp_path / "broken.csv.gz").write_bytes(b"\x1f\x8b broken")
    for wanted, arguments in (
        ("is no file", ["--model", str(models), "--data", str(tmp_path / "none.csv")]),
        ("holds no model", ["--model", str(tmp_path), "--data", str(tmp_path / "few.csv")]),
        ("cannot be read", ["--model", str(models), "--data", str(tmp_path / "broken.csv.gz")]),
    ):
        assert wanted in str(RUN.invoke(app, ["predict", *arguments]).exception)
