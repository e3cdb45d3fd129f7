"""`recoup score`: train models on repayment histories, and score histories with one."""

import csv
import hashlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import Progress

from recoup.errors import Mistake

if TYPE_CHECKING:
    from recoup.imports.uci_histories import Book

app = typer.Typer(help="Scoring models: train, predict.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", help="CSV of repayment histories (UCI card form), or .csv.gz.")]


@app.command("train")
def train(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="Folder for the models and their report.")],
    folds: Annotated[int, typer.Option(min=2, max=20, help="Folds of the cross-validation.")] = 5,
    repeats: Annotated[int, typer.Option(min=1, max=20, help="Its repeats.")] = 2,
    seed: Annotated[int, typer.Option(help="Same seed and data, same models.")] = 1,
) -> None:
    """Train a scorecard and gradient boosting, judge both on unseen accounts, write both and a report."""
    from services.strategy.scoring import fitting, model_folder
    from services.strategy.scoring.features import features_of
    from services.strategy.scoring.report import Validation, write_report
    from services.strategy.scoring.scorecard import Scorecard

    book = _read(data, labelled=True)
    features, bad = features_of(book.histories), book.bad
    assert bad is not None
    least = int(min(bad.sum(), len(bad) - bad.sum()))
    if least < folds * 10:
        raise Mistake(
            f"{data} has {least} accounts of the rarer outcome; {folds} folds need {folds * 10} at least. "
            "Use more accounts or fewer folds."
        )
    if out.exists() and not out.is_dir():
        raise Mistake(f"{out} is a file. Name a folder with --out.")
    digest, now = hashlib.sha256(data.read_bytes()).hexdigest(), datetime.now(UTC)
    fits: dict[str, fitting.Fit] = {"scorecard": fitting.fit_scorecard, "boosting": fitting.fit_boosting}
    validations, drift = {}, {}
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("training", total=len(fits) * (folds * repeats + 1))
        card: Scorecard | None = None
        for name, fit in fits.items():
            repeated = fitting.cross_validated(
                fit,
                features,
                bad,
                folds=folds,
                repeats=repeats,
                seed=seed,
                told=lambda done: progress.advance(task, done),
            )
            validations[name] = Validation.of(repeated, bad)
            model = fit(features, bad, seed)
            card = model if isinstance(model, Scorecard) else card
            found = model.probabilities(features)
            drift[name] = (found[: len(found) // 2].tolist(), found[len(found) // 2 :].tolist())
            quality = {key: round(validations[name].mean(key), 6) for key in ("auc", "gini", "ks", "brier")}
            model_folder.save(
                out / name, model, made_at=now, trained_on=digest, accounts=len(bad), quality=quality
            )
            progress.advance(task)
    assert card is not None
    write_report(out, validations, card, drift)
    for name, validation in validations.items():
        typer.echo(
            f"{name}: AUC {validation.mean('auc'):.4f}, Gini {validation.mean('gini'):.4f}, "
            f"KS {validation.mean('ks'):.4f}, Brier {validation.mean('brier'):.4f} "
            f"({folds} folds, {repeats} repeats, {len(bad):,} accounts) -> {out / name}"
        )
    typer.echo(f"report: {out / 'report.md'}")


@app.command("predict")
def predict(
    model: Annotated[Path, typer.Option("--model", help="Folder of a model, or of a training with both.")],
    data: Data,
    out: Annotated[
        Path | None, typer.Option("--out", help="CSV to write; standard output by default.")
    ] = None,
    reasons: Annotated[bool, typer.Option("--reasons", help="A third column with reason codes.")] = False,
) -> None:
    """Write ID,probability: how probable it is that the account does not pay next month."""
    from services.strategy.scoring.features import features_of
    from services.strategy.scoring.model_folder import UnusableModel, load

    folder = model if (model / "model.json").exists() else model / "boosting"
    if not (folder / "model.json").exists():
        raise Mistake(
            f"{model} holds no model. Train one with `recoup score train --data FILE --out {model}`."
        )
    try:
        manifest, loaded = load(folder)
    except UnusableModel as error:
        raise Mistake(str(error)) from None
    book = _read(data, labelled=False)
    features = features_of(book.histories)
    probabilities = loaded.probabilities(features)
    codes = loaded.reasons(features) if reasons else None
    if out is None:
        _write(sys.stdout, book.histories.account_ids, probabilities.tolist(), codes)
    else:
        with out.open("w", newline="", encoding="utf-8") as stream:
            _write(stream, book.histories.account_ids, probabilities.tolist(), codes)
    typer.echo(f"{len(probabilities):,} accounts scored by {manifest.model_id}", err=True)


def _read(path: Path, *, labelled: bool) -> "Book":
    from recoup.imports.uci_histories import read_histories  # numpy, which no other command waits for

    try:
        return read_histories(path, labelled=labelled)
    except (OSError, EOFError, csv.Error) as error:
        raise Mistake(f"{path} cannot be read: {error}") from None


def _write(
    stream: TextIO,
    ids: Sequence[str],
    probabilities: Sequence[float],
    codes: Sequence[Sequence[str]] | None,
) -> None:
    lines = csv.writer(stream, lineterminator="\n")
    lines.writerow(["ID", "probability", *(["reasons"] if codes is not None else [])])
    for place, (identity, probability) in enumerate(zip(ids, probabilities, strict=True)):
        lines.writerow(
            [identity, f"{probability:.6f}", *([" ".join(codes[place])] if codes is not None else [])]
        )
