"""Made-up repayment histories in which what went before says something of what comes after."""

from pathlib import Path

import numpy as np

from recoup.imports.uci_credit import BILL, PAID, STATUS
from recoup.imports.uci_histories import LABEL, LIMIT
from services.strategy.scoring.histories import MONTHS, Histories, Numbers


def book(accounts: int, seed: int = 1) -> tuple[Histories, Numbers]:
    """Histories, and for each whether it went bad (1) or not (0)."""
    draw = np.random.default_rng(seed)
    care = draw.normal(size=accounts)
    status = np.clip(np.round(draw.normal(-care[:, None], 1, (accounts, MONTHS))), -2, 8)
    limit = draw.uniform(1_000, 100_000, accounts).round(2)
    billed = (limit[:, None] * draw.uniform(0, 1, (accounts, MONTHS))).round(2)
    paid = (billed * draw.uniform(0, 1, (accounts, MONTHS)) * (status <= 0)).round(2)
    bad = (draw.uniform(size=accounts) < 1 / (1 + np.exp(1.5 + 1.5 * care))).astype(np.float64)
    return Histories([f"a{number}" for number in range(accounts)], limit, status, billed, paid), bad


def write(path: Path, histories: Histories, bad: Numbers | None) -> None:
    """As a CSV file of the UCI form, demographics included."""
    newest_first = [name for group in (STATUS, BILL, PAID) for name in reversed(group)]
    lines = [",".join(["ID", LIMIT, "SEX", "AGE", *newest_first, *([LABEL] if bad is not None else [])])]
    for place, identity in enumerate(histories.account_ids):
        months = np.concatenate([histories.status[place], histories.billed[place], histories.paid[place]])
        values = [histories.limit[place], 1 + place % 2, 20 + place % 50, *months]
        label = [str(int(bad[place]))] if bad is not None else []
        lines.append(
            ",".join(
                [identity, *(f"{value:g}" if value < 10 else f"{value:.2f}" for value in values), *label]
            )
        )
    path.write_text("\n".join(lines) + "\n")
