"""Which provider and day a caller means."""

from datetime import date, datetime, timedelta

from services.compliance.domain.completeness.days import last_day
from services.compliance.providers.settings import Comparing, ProviderSettings
from shared.web.problems import NotFound, Unprocessable

_OLDEST = timedelta(days=3_660)
_DAY = "The day is not in the future and at most ten years ago."


def configured(comparing: Comparing, name: str) -> ProviderSettings:
    """The provider of this name. Raises NotFound."""
    provider = comparing.providers.get(name)
    if provider is None:
        raise NotFound("No such provider is configured.")
    return provider


def require_day(day: date, provider: ProviderSettings, now: datetime) -> None:
    """Raises Unprocessable for a day that cannot be compared."""
    today = last_day(now, provider.places) + timedelta(days=1)
    if not today - _OLDEST <= day <= today:
        raise Unprocessable(_DAY, slug="day-unusable")
