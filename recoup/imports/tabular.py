"""CSV of account snapshots: one row an account, its arrears as one unpaid instalment."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from recoup.errors import Mistake
from recoup.imports.opening import opened
from recoup.imports.rows import BankEvent, Item, Progress, Rejected, build, field_of, reason_of
from shared.contracts.corebank import AccountSnapshot

REQUIRED = ("account_id", "customer_id", "product", "currency", "as_of", "outstanding")
OPTIONAL = ("sequence", "arrears", "due_date", "branch", "event_id")
PROGRESS_EVERY = 1000


class SnapshotCsv:
    """A row an account; the columns are REQUIRED, and OPTIONAL where there are arrears or versions."""

    passes = 1

    def read(self, path: Path) -> Iterator[Item]:
        with opened(path) as (text, raw):
            rows = csv.DictReader(text)
            self._check_header(path, rows.fieldnames or ())
            for number, row in enumerate(rows, start=2):
                yield self._item(path, number, row)
                if number % PROGRESS_EVERY == 0:
                    yield Progress(raw.tell())

    @staticmethod
    def _check_header(path: Path, names: Any) -> None:
        missing = [name for name in REQUIRED if name not in names]
        doubled = sorted({name for name in names if list(names).count(name) > 1})
        if missing or doubled:
            problem = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(doubled)} twice"
            raise Mistake(
                f"{path}: the header {problem}. Needed: {', '.join(REQUIRED)}; known besides: "
                f"{', '.join(OPTIONAL)}. Nothing was published."
            )

    @staticmethod
    def _item(path: Path, number: int, row: dict[str, Any]) -> Item:
        values = {name: row.get(name) for name in REQUIRED}
        values["sequence"] = row.get("sequence") or 0
        if row.get("branch"):
            values["branch"] = row["branch"]
        if row.get("arrears") or row.get("due_date"):
            values["unpaid"] = [{"due_date": row.get("due_date"), "amount": row.get("arrears")}]
        try:
            event = build(AccountSnapshot, values)
        except (msgspec.ValidationError, ValueError) as error:
            return Rejected(path.name, number, field_of(error), reason_of(error), row)
        identity = row.get("event_id") or f"{row['account_id']}:{row['as_of']}:{values['sequence']}"
        return BankEvent(str(identity), "/import/csv", str(row["account_id"]), str(row["as_of"]), event)
