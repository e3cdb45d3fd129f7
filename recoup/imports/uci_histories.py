"""Repayment histories out of the UCI card data (see uci_credit.py), for training and scoring.

Only the limit, the months' status, bills and payments are read: age, sex, education and marriage never are.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from recoup.errors import Mistake
from recoup.imports.opening import opened
from recoup.imports.uci_credit import BILL, PAID, STATUS
from services.strategy.scoring.histories import MONTHS, Histories, Numbers

LIMIT = "LIMIT_BAL"
LABEL = "default.payment.next.month"
_NEWEST_FIRST = tuple(name for group in (STATUS, BILL, PAID) for name in reversed(group))
_STATUSES = range(-2, 13)


class Book(NamedTuple):
    """Accounts of a file; `bad` is 1 where the next month was not paid, None where the file does not say."""

    histories: Histories
    bad: Numbers | None


def read_histories(path: Path, *, labelled: bool) -> Book:
    """Read a CSV file, compressed or not.

    Raises Mistake naming line, column and remedy where the file cannot be used.
    """
    if not path.is_file():
        raise Mistake(f"{path} is no file. Name a CSV file with repayment histories.")
    wanted = ("ID", LIMIT, *_NEWEST_FIRST, *((LABEL,) if labelled else ()))
    ids: dict[str, int] = {}
    values: list[list[float]] = []
    with opened(path) as (text, _):
        rows = csv.DictReader(text)
        _check_header(path, rows.fieldnames or (), wanted)
        for row in rows:
            line = rows.line_num
            identity = (row["ID"] or "").strip()
            if not identity:
                raise Mistake(f"{path}, line {line}: ID is empty. Give each account an id.")
            if identity in ids:
                raise Mistake(
                    f"{path}, line {line}: account {identity} is in line {ids[identity]} already. "
                    "Keep one line an account."
                )
            ids[identity] = line
            values.append([_number(path, line, row, name) for name in wanted[1:]])
    if not ids:
        raise Mistake(f"{path} has no accounts below its header.")
    return _book(list(ids), np.array(values), labelled=labelled)


def _check_header(path: Path, found: Sequence[str], wanted: Sequence[str]) -> None:
    missing = [name for name in wanted if name not in found]
    if missing:
        remedy = " Labels are needed for training." if missing == [LABEL] else ""
        raise Mistake(f"{path} lacks the columns {', '.join(missing)}.{remedy}")
    twice = sorted({name for name in found if list(found).count(name) > 1})
    if twice:
        raise Mistake(f"{path} has the columns {', '.join(twice)} twice. Keep one of each.")


def _number(path: Path, line: int, row: Mapping[str, str | None], name: str) -> float:
    raw = row[name]
    try:
        value = float(raw or "")
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise Mistake(f"{path}, line {line}: {name} must be a number.")
    if name in STATUS and value not in _STATUSES:
        raise Mistake(f"{path}, line {line}: {name} must be a whole number from -2 to {_STATUSES[-1]}.")
    if name == LABEL and value not in (0, 1):
        raise Mistake(f"{path}, line {line}: {name} must be 0 or 1.")
    if (name == LIMIT and value <= 0) or (name in PAID and value < 0):
        raise Mistake(
            f"{path}, line {line}: {name} must {'be above zero' if name == LIMIT else 'not be negative'}."
        )
    return value


def _book(ids: list[str], values: Numbers, *, labelled: bool) -> Book:
    months = values[:, 1 : 1 + 3 * MONTHS].reshape(len(ids), 3, MONTHS)
    histories = Histories(ids, values[:, 0], months[:, 0], months[:, 1], months[:, 2])
    return Book(histories, values[:, -1] if labelled else None)
