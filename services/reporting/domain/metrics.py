"""Every figure's definition, once: what it is called, how it is computed, from what."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a figure counts in."""

    COUNT = "count"
    MONEY = "money"
    RATIO = "ratio"
    DAYS = "days"
    PER_10K = "per_10k"


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure's definition. `formula` states the population; `source` names events, not tables."""

    id: str
    name_zh: str
    name_en: str
    unit: Unit
    formula: str
    source: str


_OVERDUE = "overdue.detected, overdue.updated, bucket.changed, overdue.cured"
_CASES = "case.opened, case.closed"
_DECISIONS = "contact.requested, contact.allowed/deferred/denied/referred"
_C, _M, _R = Unit.COUNT, Unit.MONEY, Unit.RATIO

_ALL = (
    Metric("accounts_overdue", "逾期账户", "Overdue accounts", _C, "accounts overdue now", _OVERDUE),
    Metric("accounts_ever_overdue", "入逾账户", "Accounts ever overdue", _C,
           "accounts that were overdue at least once", _OVERDUE),
    Metric("accounts_cured", "复正常账户", "Cured accounts", _C,
           "accounts that were overdue and are not now", _OVERDUE),
    Metric("arrears", "逾期金额", "Arrears", _M, "sum of the overdue part of accounts overdue now", _OVERDUE),
    Metric("outstanding", "逾期账户余额", "Outstanding of overdue accounts", _M,
           "sum of the whole balance of accounts overdue now", _OVERDUE),
    Metric("cases_opened", "入催案件", "Cases opened", _C, "cases opened so far", _CASES),
    Metric("cases_open", "在催案件", "Open cases", _C, "cases opened and not closed", _CASES),
    Metric("cases_closed", "出催案件", "Cases closed", _C, "cases closed, whatever the outcome", _CASES),
    Metric("cases_cured", "复正常案件", "Cured cases", _C, "cases closed with the outcome cured", _CASES),
    Metric("cure_rate", "复正常率", "Cure rate", _R, "cases_cured / cases_opened", _CASES),
    Metric("cases_paid", "有回款案件", "Cases with a payment", _C,
           "cases with at least one payment, not reversed, that became known while the case was open",
           "payment.received, payment.reversed, " + _CASES),
    Metric("cycle_time", "回款周期", "Cycle time", Unit.DAYS,
           "median days from case opened to closed as cured or settled", _CASES),
    Metric("assigned", "入催金额", "Amount assigned", _M, "sum of the arrears of cases at entry",
           "case.opened"),
    Metric("treatments_assigned", "处置动作", "Treatments assigned", _C, "treatments assigned so far",
           "treatment.assigned"),
    Metric("contacts_requested", "触达申请", "Contacts requested", _C,
           "contacts for which a permit was asked at least once", "contact.requested"),
    Metric("contacts_allowed", "准许触达", "Contacts allowed", _C, "contacts that got a permit", _DECISIONS),
    Metric("contacts_deferred", "延后触达", "Contacts deferred", _C,
           "contacts that were deferred at least once", _DECISIONS),
    Metric("contacts_denied", "拒绝触达", "Contacts denied", _C, "contacts that were denied", _DECISIONS),
    Metric("contacts_referred", "转人工", "Contacts referred", _C,
           "contacts that were referred to a human", _DECISIONS),
    Metric("block_rate", "合规拦截率", "Gate block rate", _R,
           "contacts_denied / contacts_requested", _DECISIONS),
    Metric("contacts_dispatched", "已触达", "Contacts dispatched", _C, "contacts that left the bank",
           "contact.dispatched"),
    Metric("contacts_delivered", "已送达", "Contacts delivered", _C, "contacts that arrived",
           "contact.delivered"),
    Metric("contacts_answered", "已应答", "Contacts answered", _C, "contacts that a human answered",
           "contact.answered"),
    Metric("contacts_failed", "触达失败", "Contacts failed", _C, "contacts that did not arrive",
           "contact.failed"),
    Metric("contacts_withdrawn", "撤回触达", "Contacts withdrawn", _C, "contacts that were not made",
           "contact.withdrawn"),
    Metric("delivery_rate", "送达率", "Delivery rate", _R, "contacts_delivered / contacts_dispatched",
           "contact.dispatched, contact.delivered"),
    Metric("coverage", "覆盖率", "Coverage", _R, "cases with at least one contact / cases_opened",
           "contact.dispatched, case.opened"),
    Metric("contact_cost", "触达成本", "Cost of contacts", _M, "sum of the costs of dispatched contacts",
           "contact.dispatched"),
    Metric("paid", "回款总额", "Payments", _M, "sum of payments that were not reversed, overdue or not",
           "payment.received, payment.reversed"),
    Metric("collected", "催回金额", "Collected", _M,
           "sum of payments, not reversed, that became known while the customer's case was open",
           "payment.received, payment.reversed, " + _CASES),
    Metric("recovery_rate", "回款率", "Recovery rate", _R, "collected / assigned, in one currency",
           "payment.received, payment.reversed, " + _CASES),
    Metric("cost_to_collect", "费效比", "Cost to collect", _R, "contact_cost / collected, in one currency",
           "contact.dispatched, payment.received, payment.reversed, " + _CASES),
    Metric("promises_made", "承诺还款", "Promises made", _C, "promises to pay so far", "promise.made"),
    Metric("promises_kept", "承诺兑现", "Promises kept", _C,
           "promises paid in full inside grace and tolerance", "promise.kept"),
    Metric("promises_broken", "承诺违约", "Promises broken", _C,
           "promises not paid in full when the grace period ended", "promise.broken"),
    Metric("promised", "承诺金额", "Amount promised", _M, "sum of promised amounts", "promise.made"),
    Metric("promise_kept_rate", "承诺兑现率", "Promises kept rate", _R,
           "promises_kept / (promises_kept + promises_broken): matured promises only",
           "promise.kept, promise.broken"),
    Metric("promise_kept_amount_rate", "承诺兑现率（金额）", "Promises kept rate by amount", _R,
           "promised amount of kept promises / that of matured promises, in one currency",
           "promise.made, promise.kept, promise.broken"),
    Metric("holds_active", "停催中", "Holds in force", _C,
           "holds placed, not released and not past their end", "hold.placed, hold.released"),
    Metric("complaints", "投诉", "Complaints", _C, "complaints about collection so far",
           "complaint.received"),
    Metric("complaints_open", "待处理投诉", "Open complaints", _C, "complaints received and not decided",
           "complaint.received, complaint.closed"),
    Metric("complaints_per_10k", "万次触达投诉率", "Complaints per 10,000 contacts", Unit.PER_10K,
           "complaints / contacts_dispatched x 10,000", "complaint.received, contact.dispatched"),
    Metric("violations", "违规", "Violations", _C, "violations found so far", "violation.found"),
)  # fmt: skip

METRICS: dict[str, Metric] = {metric.id: metric for metric in _ALL}
