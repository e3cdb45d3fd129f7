"""Everything that the console says, in Chinese and English."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.reporting.domain.metrics import METRICS


class Language(StrEnum):
    """The console's languages; Chinese comes first."""

    CHINESE = "zh-CN"
    ENGLISH = "en-US"


_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Recoup 贷后催收", "Recoup collections"),
    "login.title": ("登录控制台", "Log in to the console"),
    "login.hint": (
        "请输入具有 reporting:read 权限的 API 密钥。",
        "Enter an API key with the scope reporting:read.",
    ),
    "login.key": ("API 密钥", "API key"),
    "login.submit": ("登录", "Log in"),
    "login.wrong": (
        "密钥不存在，或没有 reporting:read 权限。请核对后重试。",
        "This key is not known, or lacks the scope reporting:read. Check it and try again.",
    ),
    "logout": ("退出", "Log out"),
    "mode": ("切换深色 / 浅色", "Switch dark / light"),
    "language": ("English", "中文"),
    "state.live": ("运行中", "Live"),
    "state.quiet": ("空闲", "Quiet"),
    "state.loading": ("加载中", "Loading"),
    "state.away": ("已断开", "Disconnected"),
    "updated": ("更新于 {time}", "Updated {time}"),
    "away": (
        "数据库暂时连接不上，正在自动重试；恢复后页面会自行更新。",
        "The database does not answer. Trying again; the page will catch up by itself.",
    ),
    "away.shown": ("下面是 {time} 的数据。", "Shown below: the figures of {time}."),
    "empty.title": ("还没有事件", "No events yet"),
    "empty.hint": (
        "核心系统发来第一条逾期事件后，案件会从左到右流过五个服务。可用 recoup demo 启动演示组合，"
        "或用 recoup import 导入账户文件。",
        "When core banking publishes the first overdue event, cases will flow through the five services from "
        "left to right. Start a demonstration with recoup demo, or import accounts with recoup import.",
    ),
    "flow": ("事件流", "Flow of events"),
    "flow.rate": ("每秒事件数，最近 5 分钟", "Events a second, last 5 minutes"),
    "flow.minute": ("最近一分钟", "last minute"),
    "flow.total": ("累计", "total"),
    "corebank": ("核心系统", "Core banking"),
    "intake": ("接入", "Intake"),
    "strategy": ("策略", "Strategy"),
    "outreach": ("触达", "Outreach"),
    "compliance": ("合规", "Compliance"),
    "reporting": ("报表", "Reporting"),
    "corebank.does": ("快照、还款、变更", "snapshots, payments"),
    "intake.does": ("识别逾期", "finds what is overdue"),
    "strategy.does": ("决定如何处置", "decides what to do"),
    "outreach.does": ("联系债务人", "contacts the debtor"),
    "compliance.does": ("逐次准许并存证", "permits and proves"),
    "reporting.does": ("汇总与呈现", "counts and shows"),
    "overdue.detected.v1": ("发现逾期", "overdue found"),
    "payment.received.v1": ("收到还款", "payments"),
    "overdue.cured.v1": ("复正常", "cured"),
    "case.opened.v1": ("入催", "cases opened"),
    "treatment.assigned.v1": ("处置", "treatments"),
    "promise.made.v1": ("承诺", "promises"),
    "contact.requested.v1": ("申请", "requested"),
    "contact.dispatched.v1": ("发出", "dispatched"),
    "contact.answered.v1": ("应答", "answered"),
    "contact.allowed.v1": ("准许", "allowed"),
    "contact.deferred.v1": ("延后", "deferred"),
    "contact.denied.v1": ("拒绝", "denied"),
    "corebank.account.snapshot.v1": ("账户快照", "snapshots"),
    "corebank.payment.posted.v1": ("入账还款", "payments"),
    "corebank.customer.changed.v1": ("客户变更", "customers"),
    "lag.worst": ("最大延迟", "largest lag"),
    "funnel": ("催收漏斗", "Collections funnel"),
    "funnel.previous": ("百分比：占上一环节", "percent: of the stage before"),
    "contacts_deferred": ("延后", "deferred"),
    "contacts_denied": ("拒绝", "denied"),
    "contacts_referred": ("转人工", "referred"),
    "contacts_withdrawn": ("撤回", "withdrawn"),
    "contacts_failed": ("失败", "failed"),
    "promises_broken": ("违约", "broken"),
    "buckets": ("逾期阶段", "Buckets"),
    "buckets.accounts": ("账户数", "Accounts"),
    "buckets.arrears": ("逾期金额（{currency}）", "Arrears ({currency})"),
    "buckets.none": ("目前没有逾期账户", "No account is overdue now"),
    "cases": ("最新案件", "Latest cases"),
    "cases.case": ("案件", "Case"),
    "cases.segment": ("客群", "Segment"),
    "cases.bucket": ("阶段", "Bucket"),
    "cases.arrears": ("入催金额", "Arrears"),
    "cases.contacts": ("触达", "Contacts"),
    "cases.opened": ("入催时间", "Opened"),
    "cases.stage": ("状态", "Stage"),
    "cases.none": ("尚无案件", "No cases yet"),
    "rules": ("合规拦截", "Stopped by the gate"),
    "rules.deny": ("拒绝", "denied"),
    "rules.defer": ("延后", "deferred"),
    "rules.review": ("转人工", "referred"),
    "rules.none": ("没有被规则拦截的触达", "No contact was stopped by a rule"),
    "lag": ("投影延迟", "Projection lag"),
    "lag.topic": ("主题", "Topic"),
    "lag.events": ("事件", "Events"),
    "lag.lag": ("延迟", "Lag"),
    "lag.idle": ("最近一次", "Last"),
    "lag.never": ("尚无", "never"),
    "stage.pre_due": ("未到期", "pre-due"),
    "stage.early": ("早期", "early"),
    "stage.mid": ("中期", "mid"),
    "stage.late": ("后期", "late"),
    "stage.legal": ("诉讼", "legal"),
    "stage.outsourced": ("委外", "outsourced"),
    "stage.closed": ("已结案", "closed"),
    "unknown": ("未知", "unknown"),
    "ago": ("{time}前", "{time} ago"),
}

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_LARGE = {
    Language.CHINESE: ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")),
    Language.ENGLISH: ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K")),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """Says things in one language, and tells the time of one zone."""

    language: Language
    zone: ZoneInfo

    def __call__(self, name: str, **values: str) -> str:
        """The text of a name; KeyError where there is none."""
        chinese, english = _TEXTS[name]
        return (chinese if self.language is Language.CHINESE else english).format(**values)

    def known(self, name: str, otherwise: str) -> str:
        """The text of a name that comes from data, or `otherwise`."""
        return self(name) if name in _TEXTS else otherwise

    def metric(self, name: str) -> str:
        """What a metric is called."""
        metric = METRICS[name]
        return metric.name_zh if self.language is Language.CHINESE else metric.name_en

    def clock(self, instant: datetime) -> str:
        """The time of day."""
        return instant.astimezone(self.zone).strftime("%H:%M:%S")

    def day_and_time(self, instant: datetime) -> str:
        """Day and time of day."""
        return instant.astimezone(self.zone).strftime("%m-%d %H:%M")

    def span(self, seconds: float) -> str:
        """A length of time in its largest unit."""
        units = (("天", " d", 86_400), ("小时", " h", 3600), ("分钟", " min", 60))
        for chinese, english, size in units:
            if seconds >= size:
                return f"{seconds / size:.0f}{self._either(chinese, english)}"
        digits = f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
        return f"{digits}{self._either('秒', ' s')}"

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount, shortened where it is large."""
        symbol = _SYMBOLS.get(currency, f"{currency} ")
        for size, unit in _LARGE[self.language]:
            if abs(amount) >= size:
                return f"{symbol}{amount / size:,.2f}{self._either('', ' ')}{unit}"
        return f"{symbol}{amount:,.2f}"

    def _either(self, chinese: str, english: str) -> str:
        return chinese if self.language is Language.CHINESE else english


def percent(ratio: Decimal | None) -> str:
    """A ratio in percent; a dash where it is not known."""
    return "–" if ratio is None else f"{ratio * 100:.1f}%"
