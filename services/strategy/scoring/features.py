"""What the models see: one row an account, one column a feature, made for all accounts at once."""

import numpy as np

from services.strategy.scoring.histories import MONTHS, Histories, Numbers

_NEVER = 9.0
"""Stands for "months since last past due" where there was none in the history."""


def _names() -> tuple[str, ...]:
    monthly = [
        f"{name}_{month}" for name in ("status", "utilisation", "paid", "billed") for month in range(MONTHS)
    ]
    ratios = [f"paid_of_bill_{month}" for month in range(MONTHS - 1)]
    return (
        "limit",
        *monthly,
        *ratios,
        "months_past_due",
        "months_two_past_due",
        "worst_status",
        "worst_status_of_3",
        "months_since_past_due",
        "status_change",
        "months_nothing_owed",
        "months_paid_in_full",
        "months_paid_in_part",
        "months_without_payment",
        "paid_in_all",
        "paid_in_all_of_limit",
        "least_paid",
        "most_paid",
        "utilisation_mean",
        "utilisation_most",
        "utilisation_change",
    )


FEATURES = _names()
"""The columns of `features_of`, in order. A trailing _0 is the newest month."""


def features_of(histories: Histories) -> Numbers:
    """The features of the accounts, shape (n, len(FEATURES)), never NaN.

    Utilisation is billed over limit. `paid_of_bill_k` is what month k paid of the bill of the month before,
    between 0 and 2; 1 where there was no bill.
    """
    limit, status, billed, paid = histories.limit, histories.status, histories.billed, histories.paid
    late = np.maximum(status, 0)
    used = billed / limit[:, None]
    bill_before = billed[:, 1:]
    ratio = np.where(bill_before > 0, np.clip(paid[:, :-1] / np.maximum(bill_before, 1), 0, 2), 1.0)
    was_late = late > 0
    columns = [
        limit[:, None],
        *(status, used, paid, billed, ratio),
        was_late.sum(1, keepdims=True),
        (late >= 2).sum(1, keepdims=True),
        late.max(1, keepdims=True),
        late[:, :3].max(1, keepdims=True),
        np.where(was_late.any(1), was_late.argmax(1), _NEVER)[:, None],
        (status[:, 0] - status[:, 1])[:, None],
        (status <= -2).sum(1, keepdims=True),
        (status == -1).sum(1, keepdims=True),
        (status == 0).sum(1, keepdims=True),
        (paid == 0).sum(1, keepdims=True),
        paid.sum(1, keepdims=True),
        paid.sum(1, keepdims=True) / limit[:, None],
        paid.min(1, keepdims=True),
        paid.max(1, keepdims=True),
        used.mean(1, keepdims=True),
        used.max(1, keepdims=True),
        ((billed[:, 0] - billed[:, -1]) / limit)[:, None],
    ]
    return np.concatenate(columns, axis=1, dtype=np.float64)
