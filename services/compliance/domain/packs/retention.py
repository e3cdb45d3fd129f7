"""How long something has to be kept and may be, as the packs in force say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.compliance.domain.packs.choosing import PackSet, zone_of
from services.compliance.domain.packs.deadlines import end_of
from services.compliance.domain.packs.durations import UNTIL_SETTLED
from services.compliance.domain.packs.duties import Retention
from services.compliance.domain.packs.schema import Pack
from shared.contracts.vocabulary import Product

_SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Keeping:
    """A duty to keep something. `until` (UTC) is when it ends; None, it has no end yet."""

    until: datetime | None
    duty: Retention


def keeping_of(
    packs: PackSet, what: str, happened: Mapping[str, datetime], product: Product | None = None
) -> Keeping | None:
    """The longest duty to keep `what`; None where no pack in force names one.

    `happened` has the instants of the events from which periods run (`created`, `settled` …). A duty whose
    event has not happened has no end yet. Duties for other products do not count; with the product unknown
    all do.
    """
    found = [
        Keeping(_until(pack, packs.base, duty, happened), duty)
        for pack in (packs.base, *packs.overlays)
        for duty in pack.retention
        if duty.what == what and (product is None or duty.product in (None, product))
    ]
    return max(found, key=lambda keeping: keeping.until or datetime.max.replace(tzinfo=UTC), default=None)


def deletion_of(packs: PackSet, what: str, happened: Mapping[str, datetime]) -> datetime | None:
    """The earliest instant (UTC) from which `what` may not be kept for its use any more; None: no pack says.

    Duties to keep come first; as in `keeping_of`, a period whose event has not happened has no end.
    """
    found = [
        end_of(duty.at_most, happened[duty.from_], zone_of(pack, packs.base), None, moved=False).at
        for pack in (packs.base, *packs.overlays)
        for duty in pack.retention
        if duty.what == what
        and duty.at_most is not None
        and duty.from_ is not None
        and duty.from_ in happened
    ]
    return min(found, default=None)


def _until(pack: Pack, base: Pack, duty: Retention, happened: Mapping[str, datetime]) -> datetime | None:
    if duty.keep == UNTIL_SETTLED:
        return happened.get(_SETTLED)
    start = happened.get(duty.from_ or "")
    return None if start is None else end_of(duty.keep, start, zone_of(pack, base), None, moved=False).at
