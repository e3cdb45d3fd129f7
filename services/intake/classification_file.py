"""Reads the bank's tables of risk classification; what is wrong stops the start and names file and field."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from services.intake.domain.tiers import TierRules, TierTable, UpgradeBy
from shared.contracts.base import Currency
from shared.contracts.lending import SizeBand
from shared.contracts.vocabulary import Product

SHIPPED = Path(__file__).parent / "classification.yaml"
Days = Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class _Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the document; a name that it does not know is an error."""


class StartsText(_Text, frozen=True, kw_only=True):
    special_mention: Days
    substandard: Days
    doubtful: Days
    loss: Days


class TableText(_Text, frozen=True, kw_only=True):
    starts: StartsText
    observation_days: Days
    upgrade: UpgradeBy


class NonRetailText(_Text, frozen=True, kw_only=True):
    claims_at_bank_percent: Decimal
    debts_at_all_banks_percent: Decimal
    retail_size_bands: list[SizeBand] = []
    rates: dict[Currency, Decimal] = {}


class ClassificationText(_Text, frozen=True, kw_only=True):
    id: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]
    version: Annotated[int, msgspec.Meta(ge=1)]
    tables: dict[str, TableText]
    otherwise: str
    products: dict[Product, str] = {}
    non_retail: NonRetailText


def tier_rules(path: Path = SHIPPED) -> TierRules:
    """The classification of a file. Raises ValueError with the file, the field and what is wrong."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        text = msgspec.convert(document, ClassificationText, str_keys=True)
        return _rules(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}: " if mark is not None else ""
        raise ValueError(f"{path}: {line}{error.problem}") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def _rules(text: ClassificationText) -> TierRules:
    tables = {name: _table(name, each) for name, each in text.tables.items()}
    for field, name in [
        ("otherwise", text.otherwise),
        *((f"products.{k}", v) for k, v in text.products.items()),
    ]:
        if name not in tables:
            raise ValueError(f"{field}: there is no table {name!r}; there are {', '.join(sorted(tables))}")
    limits = text.non_retail
    for field, percent in (
        ("claims_at_bank_percent", limits.claims_at_bank_percent),
        ("debts_at_all_banks_percent", limits.debts_at_all_banks_percent),
    ):
        if not (percent.is_finite() and 0 <= percent <= 100):
            raise ValueError(f"non_retail.{field}: give a percentage from 0 to 100")
    if not all(rate.is_finite() and rate > 0 for rate in limits.rates.values()):
        raise ValueError("non_retail.rates: give a number above zero for each currency")
    return TierRules(
        tag=f"{text.id}-{text.version}",
        general=tables[text.otherwise],
        by_product={product: tables[name] for product, name in text.products.items()},
        claims_at_bank_percent=limits.claims_at_bank_percent,
        debts_at_all_banks_percent=limits.debts_at_all_banks_percent,
        retail_size_bands=frozenset(limits.retail_size_bands),
        rates=limits.rates,
    )


def _table(name: str, text: TableText) -> TierTable:
    starts = text.starts.special_mention, text.starts.substandard, text.starts.doubtful, text.starts.loss
    if list(starts) != sorted(set(starts)):
        raise ValueError(f"tables.{name}.starts: each tier must start at more days than the one before")
    return TierTable(starts, text.observation_days, text.upgrade)
