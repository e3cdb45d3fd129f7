"""Figures from totals. Money stays in its currency; a ratio without a denominator is not known."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.reporting.domain.folding.conduct import VIOLATION
from services.reporting.domain.metrics import METRICS, Metric
from services.reporting.domain.totals import ContactTotal, Totals

_RATIO_PLACES = Decimal("0.0001")
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Value:
    """A number, with its currency where it is money or a ratio of money. None: not known."""

    number: Decimal | None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric and its values: one, or one a currency."""

    metric: Metric
    values: list[Value]

    @property
    def count(self) -> int:
        """The number of a count."""
        return int(self.values[0].number or 0)


Amounts = dict[str, Decimal]


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """`part / whole` to four places; None where there is no whole."""
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(_RATIO_PLACES, ROUND_HALF_UP)


def by_currency(pairs: Iterable[tuple[str, Decimal]]) -> Amounts:
    """Amounts added within each currency, sorted by currency; pairs without one are left out."""
    amounts: defaultdict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for currency, amount in pairs:
        if currency:
            amounts[currency] += amount
    return dict(sorted(amounts.items()))


def summary(totals: Totals) -> dict[str, Figure]:
    """Every figure of the registry, by metric id."""
    money = _money(totals)
    counts = _counts(totals)
    numbers: dict[str, list[Value]] = {name: [Value(Decimal(count))] for name, count in counts.items()}
    numbers |= {name: [Value(number)] for name, number in _ratios(totals, counts).items()}
    numbers |= {name: _values(amounts) for name, amounts in money.items()}
    numbers |= _money_ratios(totals, money)
    return {name: Figure(metric, numbers[name]) for name, metric in METRICS.items()}


def _values(amounts: Mapping[str, Decimal | None]) -> list[Value]:
    return [Value(amount, currency) for currency, amount in amounts.items()]


def _counts(totals: Totals) -> dict[str, int]:
    def contacts(state: Callable[[ContactTotal], int]) -> int:
        return sum(map(state, totals.contacts))

    return {
        "accounts_overdue": sum(total.overdue for total in totals.accounts),
        "accounts_ever_overdue": sum(total.ever_overdue for total in totals.accounts),
        "accounts_cured": sum(total.cured for total in totals.accounts),
        "cases_opened": sum(total.opened for total in totals.cases),
        "cases_open": sum(total.open for total in totals.cases),
        "cases_closed": sum(total.closed for total in totals.cases),
        "cases_cured": sum(total.cured for total in totals.cases),
        "cases_paid": totals.cases_paid,
        "treatments_assigned": sum(total.treatments for total in totals.cases),
        "contacts_requested": contacts(lambda total: total.requested),
        "contacts_allowed": contacts(lambda total: total.allowed),
        "contacts_deferred": contacts(lambda total: total.deferred),
        "contacts_denied": contacts(lambda total: total.denied),
        "contacts_referred": contacts(lambda total: total.referred),
        "contacts_dispatched": contacts(lambda total: total.dispatched),
        "contacts_delivered": contacts(lambda total: total.delivered),
        "contacts_answered": contacts(lambda total: total.answered),
        "contacts_failed": contacts(lambda total: total.failed),
        "contacts_withdrawn": contacts(lambda total: total.withdrawn),
        "promises_made": sum(total.made for total in totals.promises),
        "promises_kept": sum(total.kept for total in totals.promises),
        "promises_broken": sum(total.broken for total in totals.promises),
        "holds_active": totals.holds_active,
        "complaints": totals.complaints,
        "complaints_open": totals.complaints_open,
        "violations": sum(total.count for total in totals.rules if total.effect == VIOLATION),
    }


def _ratios(totals: Totals, counts: Mapping[str, int]) -> dict[str, Decimal | None]:
    matured = counts["promises_kept"] + counts["promises_broken"]
    dispatched = counts["contacts_dispatched"]
    contacted = sum(total.contacted for total in totals.cases)
    per_contact = ratio(counts["complaints"] * 10_000, dispatched)
    seconds = totals.cycle_seconds
    return {
        "cure_rate": ratio(counts["cases_cured"], counts["cases_opened"]),
        "block_rate": ratio(counts["contacts_denied"], counts["contacts_requested"]),
        "delivery_rate": ratio(counts["contacts_delivered"], dispatched),
        "coverage": ratio(contacted, counts["cases_opened"]),
        "promise_kept_rate": ratio(counts["promises_kept"], matured),
        "complaints_per_10k": per_contact,
        "cycle_time": None if seconds is None else ratio(seconds, _SECONDS_A_DAY),
    }


def _money(totals: Totals) -> dict[str, Amounts]:
    return {
        "arrears": by_currency((total.currency, total.arrears) for total in totals.accounts),
        "outstanding": by_currency((total.currency, total.outstanding) for total in totals.accounts),
        "assigned": by_currency((total.currency, total.amount) for total in totals.assigned),
        "contact_cost": by_currency((total.currency, total.amount) for total in totals.costs),
        "paid": by_currency((total.currency, total.paid) for total in totals.payments),
        "collected": by_currency((total.currency, total.collected) for total in totals.payments),
        "promised": by_currency((total.currency, total.promised) for total in totals.promises),
    }


def _money_ratios(totals: Totals, money: Mapping[str, Amounts]) -> dict[str, list[Value]]:
    kept = by_currency((total.currency, total.promised_kept) for total in totals.promises)
    matured = by_currency(
        (total.currency, total.promised_kept + total.promised_broken) for total in totals.promises
    )
    return {
        "recovery_rate": _values(_divided(money["collected"], money["assigned"])),
        "cost_to_collect": _values(_divided(money["contact_cost"], money["collected"])),
        "promise_kept_amount_rate": _values(_divided(kept, matured)),
    }


def _divided(parts: Amounts, wholes: Amounts) -> dict[str, Decimal | None]:
    currencies = sorted({*parts, *wholes})
    nothing = Decimal(0)
    return {
        currency: ratio(parts.get(currency, nothing), wholes.get(currency, nothing))
        for currency in currencies
    }
