"""Figures as callers see them. Money is a decimal text in a currency and is never added over currencies."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from services.reporting.domain.figures import Figure
from services.reporting.domain.funnel import Exit, Stage
from services.reporting.domain.groups import AccountGroup, Holding, RuleGroup
from services.reporting.domain.metrics import Metric, Unit
from services.reporting.domain.totals import ContactTotal, CurrencyTotal


class MetricView(BaseModel):
    """What a figure means."""

    id: str
    name_zh: str
    name_en: str
    unit: Unit
    formula: str
    source: str = Field(description="The events that it is computed from")

    @classmethod
    def of(cls, metric: Metric) -> MetricView:
        return cls.model_validate(metric, from_attributes=True)


class ValueView(BaseModel):
    """A number; null where it is not known, as a ratio without a denominator."""

    number: Decimal | None
    currency: str | None = None


class FigureView(BaseModel):
    """A figure and its definition; money and ratios of money have a value for each currency."""

    metric: MetricView
    values: list[ValueView]

    @classmethod
    def of(cls, figure: Figure) -> FigureView:
        values = [ValueView(number=value.number, currency=value.currency) for value in figure.values]
        return cls(metric=MetricView.of(figure.metric), values=values)


class MetricsView(BaseModel):
    """All definitions."""

    metrics: list[MetricView]


class SummaryView(BaseModel):
    """All figures of one moment."""

    as_of: datetime
    figures: list[FigureView]


class ExitView(BaseModel):
    """A way out of the funnel."""

    metric: MetricView
    count: int

    @classmethod
    def of(cls, way: Exit) -> ExitView:
        return cls(metric=MetricView.of(way.metric), count=way.count)


class StageView(BaseModel):
    """A stage of the funnel."""

    metric: MetricView
    count: int
    of_previous: Decimal | None = Field(description="By the stage before, which may count something else")
    exits: list[ExitView]

    @classmethod
    def of(cls, stage: Stage) -> StageView:
        exits = [ExitView.of(way) for way in stage.exits]
        metric = MetricView.of(stage.metric)
        return cls(metric=metric, count=stage.count, of_previous=stage.of_previous, exits=exits)


class FunnelView(BaseModel):
    """The funnel of one moment."""

    as_of: datetime
    stages: list[StageView]


class HoldingView(BaseModel):
    """Overdue accounts in one currency."""

    currency: str
    accounts: int
    arrears: Decimal
    outstanding: Decimal

    @classmethod
    def of(cls, currency: str, holding: Holding) -> HoldingView:
        return cls(
            currency=currency,
            accounts=holding.accounts,
            arrears=holding.arrears,
            outstanding=holding.outstanding,
        )


class GroupView(BaseModel):
    """Overdue accounts of one bucket, product or segment."""

    name: str | None = Field(description="null: not known")
    accounts: int
    holdings: list[HoldingView]

    @classmethod
    def of(cls, group: AccountGroup) -> GroupView:
        holdings = [HoldingView.of(*item) for item in sorted(group.holdings.items())]
        return cls(name=group.name or None, accounts=group.accounts, holdings=holdings)


class GroupsView(BaseModel):
    """Overdue accounts by group, with the definitions of the numbers."""

    as_of: datetime
    by: str
    metrics: list[MetricView]
    groups: list[GroupView]


class CostView(BaseModel):
    """What contacts cost in one currency."""

    currency: str
    contacts: int
    cost: Decimal


class ChannelView(BaseModel):
    """Contacts of one channel by the states that they reached."""

    channel: str | None = Field(description="null: not known yet")
    requested: int
    allowed: int
    deferred: int
    denied: int
    referred: int
    dispatched: int
    delivered: int
    answered: int
    failed: int
    withdrawn: int
    promised: int
    costs: list[CostView]

    @classmethod
    def of(cls, total: ContactTotal, costs: list[CurrencyTotal]) -> ChannelView:
        counts = {name: getattr(total, name) for name in cls.model_fields if hasattr(total, name)}
        spent = [CostView(currency=c.currency, contacts=c.count, cost=c.amount) for c in costs]
        return cls(**counts | {"channel": total.channel or None, "costs": spent})


class RuleView(BaseModel):
    """What one rule did. A decision with several rules counts for each of them."""

    rule_id: str
    denied: int
    deferred: int
    referred: int
    violations: int
    block_rate: Decimal | None = Field(description="denied / contacts requested")

    @classmethod
    def of(cls, group: RuleGroup) -> RuleView:
        return cls.model_validate(group, from_attributes=True)


class ContactsView(BaseModel):
    """Contacts by channel or by rule, with the definitions of the numbers."""

    as_of: datetime
    by: str
    metrics: list[MetricView]
    channels: list[ChannelView] = []
    rules: list[RuleView] = []
