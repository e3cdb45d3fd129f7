"""How the console says things, in Chinese and English; the words themselves are in `words/`."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.reporting.console.words import TEXTS
from services.reporting.domain.metrics import METRICS


class Language(StrEnum):
    """The console's languages; Chinese comes first."""

    CHINESE = "zh-CN"
    ENGLISH = "en-US"


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

    def __call__(self, name: str, /, **values: str) -> str:
        """The text of a name; KeyError where there is none."""
        chinese, english = TEXTS[name]
        return (chinese if self.language is Language.CHINESE else english).format(**values)

    def known(self, name: str, otherwise: str) -> str:
        """The text of a name that comes from data, or `otherwise`."""
        return self(name) if name in TEXTS else otherwise

    @staticmethod
    def has(name: str) -> bool:
        """Whether there is a text of this name."""
        return name in TEXTS

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

    def moment(self, instant: datetime) -> str:
        """Date and time to the minute."""
        return instant.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

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
