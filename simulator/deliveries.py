"""From the provider to the person: a receipt for every message, and a reader for those that arrive."""

from collections.abc import Callable
from datetime import datetime

from simulator import assumptions as assumed
from simulator.agenda import Arrival
from simulator.contact_points import person_at
from simulator.draws import draw
from simulator.feedback import Feedback, Receipt
from simulator.world import World


class Deliveries:
    """Delivers at once. `world` is None until a portfolio was started: messages then reach nobody we know."""

    def __init__(self, feedback: Feedback, now: Callable[[], datetime]) -> None:
        self._feedback = feedback
        self._now = now
        self.world: World | None = None
        self.delivered = self.undelivered = 0

    def now(self) -> datetime:
        """The present instant: the clock's, but never before what time was let pass to."""
        instant = self._now()
        return max(instant, self.world.now) if self.world else instant

    def deliver(self, provider: str, permit_id: str, provider_id: str, to: str, reference: str) -> str:
        """Bring a message to whom it is addressed; what became of it, as its receipt says."""
        at = self.now()
        seed = self.world.seed if self.world else 0
        if draw(seed, "dead address", to) < assumed.DEAD_ADDRESSES:
            self.undelivered += 1
            self._feedback.receipt(provider, Receipt("failed", at, permit_id, provider_id, "unreachable"))
            return "failed"
        self.delivered += 1
        self._feedback.receipt(provider, Receipt("delivered", at, permit_id, provider_id))
        person = person_at(to)
        if self.world is not None and person is not None:
            self.world.arrived(Arrival(reference or permit_id, person, provider, permit_id), at)
        return "delivered"
