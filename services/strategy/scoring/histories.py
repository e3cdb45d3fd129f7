"""Repayment histories of many accounts at once: what every score is made from.

No age, sex, education or marital status: there is no field for them, so no model can use them (fair lending).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MONTHS = 6
"""How far back a history reaches."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Histories:
    """n accounts. The month columns run from the newest (0) to the oldest (5).

    `limit`: the amount lent or the card's limit, shape (n,), above zero. `status`, shape (n, 6): k ≥ 1 is k
    months past due, 0 paid in part and not past due, −1 paid in full, −2 nothing owed. `billed` and `paid`,
    shape (n, 6), in the limit's currency: what the month's statement asked for, what was paid in the month.
    """

    account_ids: Sequence[str]
    limit: Numbers
    status: Numbers
    billed: Numbers
    paid: Numbers

    def __post_init__(self) -> None:
        count = len(self.account_ids)
        if self.limit.shape != (count,):
            raise ValueError(f"limit must have the shape ({count},), not {self.limit.shape}")
        for name in ("status", "billed", "paid"):
            shape = getattr(self, name).shape
            if shape != (count, MONTHS):
                raise ValueError(f"{name} must have the shape ({count}, {MONTHS}), not {shape}")
        if count and not (self.limit > 0).all():
            raise ValueError("every limit must be above zero")

    def __len__(self) -> int:
        return len(self.account_ids)
