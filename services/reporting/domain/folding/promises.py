"""Promises to pay, from what strategy says."""

from datetime import datetime

from services.reporting.domain.projection import Folds, Projection, earliest
from services.reporting.domain.rows import PromiseRow
from shared.contracts.treatments import PromiseBroken, PromiseKept, PromiseMade


def _promise(projection: Projection, event: PromiseMade | PromiseKept | PromiseBroken) -> PromiseRow:
    row = projection.promises.get(event.promise_id)
    if row is None:
        row = PromiseRow(event.promise_id, event.case_id, event.customer_id)
        projection.promises[event.promise_id] = row
    return row


def _made(projection: Projection, event: PromiseMade, said_at: datetime) -> None:
    row = _promise(projection, event)
    row.promised = event.promised.amount
    row.currency = event.promised.currency
    row.due_date = event.due_date
    row.made_at = earliest(row.made_at, event.made_at)


def _kept(projection: Projection, event: PromiseKept, said_at: datetime) -> None:
    row = _promise(projection, event)
    row.paid = event.paid.amount
    row.kept_at = earliest(row.kept_at, event.kept_at)


def _broken(projection: Projection, event: PromiseBroken, said_at: datetime) -> None:
    row = _promise(projection, event)
    row.paid = event.paid.amount
    row.broken_at = earliest(row.broken_at, event.broken_at)


FOLDS: Folds = {PromiseMade: _made, PromiseKept: _kept, PromiseBroken: _broken}
