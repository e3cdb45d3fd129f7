"""What a bank's model validators read: figures, calibration, reasons; Markdown and a chart beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np

from services.strategy.scoring.evaluation import CalibrationBand, Quality, calibration, quality_of, stability
from services.strategy.scoring.histories import Numbers
from services.strategy.scoring.scorecard import Scorecard


@dataclass(frozen=True, slots=True)
class Validation:
    """A model on accounts that it had not seen: a quality for each repeat, calibration of the mean."""

    repeats: Sequence[Quality]
    bands: Sequence[CalibrationBand]

    @classmethod
    def of(cls, repeated: Sequence[Numbers], bad: Numbers) -> "Validation":
        """From the probabilities of each repeat of cross-validation."""
        mean = np.mean(repeated, axis=0)
        return cls([quality_of(one, bad) for one in repeated], calibration(mean, bad))

    def mean(self, figure: str) -> float:
        """The mean of a figure over the repeats."""
        return float(np.mean([getattr(quality, figure) for quality in self.repeats]))


def write_report(
    folder: Path, validations: Mapping[str, Validation], card: Scorecard, drift: Mapping[str, Sequence[float]]
) -> None:
    """Write report.md and calibration.svg. `drift`: a model's probabilities of each half of the file."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["# Scoring models", ""]
    lines += ["Judged on accounts that the model had not seen (repeated stratified cross-validation).", ""]
    lines += ["| model | AUC | Gini | KS | Brier | accounts | went bad |", "|---|---|---|---|---|---|---|"]
    for name, found in validations.items():
        first = found.repeats[0]
        figures = " | ".join(f"{found.mean(figure):.4f}" for figure in ("auc", "gini", "ks", "brier"))
        lines.append(f"| {name} | {figures} | {first.accounts:,} | {first.bad:,} |")
    lines += ["", "## Calibration", "", "![calibration](calibration.svg)", ""]
    for name, found in validations.items():
        lines += [f"### {name}", "", "| accounts | predicted | happened |", "|---|---|---|"]
        lines += [
            f"| {band.accounts:,} | {band.predicted:.4f} | {band.observed:.4f} |" for band in found.bands
        ]
        lines.append("")
    lines += [
        "## Drift",
        "",
        "Population stability index between the first and the second half of the file:",
        "",
    ]
    for name, (first_half, second_half) in drift.items():
        lines.append(f"* {name}: {stability(np.asarray(first_half), np.asarray(second_half)):.4f}")
    lines += ["", "## Scorecard", "", "| characteristic | range | points |", "|---|---|---|"]
    lines += _points(card)
    (folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _draw(folder / "calibration.svg", validations)


def _points(card: Scorecard) -> list[str]:
    rows = [f"| base | | {card.document.base_points:.1f} |"]
    for item in card.document.characteristics:
        bounds = [None, *item.cuts, None]
        for low, high, points in zip(bounds, bounds[1:], item.points, strict=False):
            below = "" if high is None else f"≤ {high:g}"
            above = "" if low is None else f"> {low:g}"
            rows.append(
                f"| {item.feature} | {' and '.join(part for part in (above, below) if part)} | {points:.1f} |"
            )
    return rows


def _draw(path: Path, validations: Mapping[str, Validation]) -> None:
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 6), constrained_layout=True)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    for name, found in validations.items():
        axes.plot(
            [band.predicted for band in found.bands],
            [band.observed for band in found.bands],
            "o-",
            label=name,
        )
    axes.set(xlabel="predicted probability", ylabel="share that went bad", title="Calibration by tenths")
    axes.legend()
    figure.savefig(path)
    plt.close(figure)
