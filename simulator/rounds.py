"""Turns: where a driver wants it, each customer says one thing, and the next when that was worked off."""

from collections.abc import Callable

Say = Callable[[], None]


class Rounds:
    """Who has spoken in this round, and what waits for the next ones.

    What is said between two moments of a driver happens one after the other in the world, and would reach the
    platform all at once: whether a contact leaves before the payment that makes it needless would be a race.
    Without `taking_turns` everything is said at once.
    """

    def __init__(self, *, taking_turns: bool) -> None:
        self._taking_turns = taking_turns
        self._spoken: set[str] = set()
        self._waiting: list[tuple[str, Say]] = []

    @property
    def waiting(self) -> int:
        """How much is not said yet."""
        return len(self._waiting)

    def take(self, customer_id: str, say: Say) -> None:
        """Say it now where it is the customer's first word in this round, else in a later one, in order."""
        if not self._taking_turns:
            say()
        elif customer_id in self._spoken:
            self._waiting.append((customer_id, say))
        else:
            self._spoken.add(customer_id)
            say()

    def next(self) -> None:
        """Begin a round with what waits for it."""
        waiting, self._waiting = self._waiting, []
        self._spoken.clear()
        for customer_id, say in waiting:
            self.take(customer_id, say)
