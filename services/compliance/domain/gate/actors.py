"""Kind `actor`: who may make the contact, and with how many."""

from collections.abc import Sequence

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import NO_HITS, Check, Hit
from services.compliance.domain.gate.known import fact
from services.compliance.domain.packs.schema import ActorRule

_RECORDINGS = frozenset({"recorded_line", "audio_or_video_recording"})
"""Facts that the collector has to keep true during the contact."""


class ActorCheck(Check):
    """Facts of the collector have to be known to be true, in the request or on file."""

    __slots__ = ("_min_staff", "_needed")

    def __init__(self, rule: ActorRule) -> None:
        self._needed = frozenset(rule.require.facts)
        self._min_staff = rule.require.min_staff or 1

    @property
    def duties(self) -> Sequence[str]:
        """The recordings to make."""
        return tuple(f"record:{name}" for name in sorted(self._needed & _RECORDINGS))

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """One hit with every fact that is missing, and the staff if there are too few."""
        collector = asked.request.collector
        missing = [name for name in self._needed if not fact(name, asked, moment)]
        numbers = {"missing": ", ".join(sorted(missing))} if missing else {}
        if collector.staff < self._min_staff:
            numbers |= {"staff": str(collector.staff), "min_staff": str(self._min_staff)}
        return (Hit(numbers | {"role": collector.role.value}),) if numbers else NO_HITS
