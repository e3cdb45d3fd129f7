"""`recoup.control.v1`: what the runtimes tell each other about lanes; every process reads all of it."""

from shared.contracts.base import Event, Id


class ResendRequested(Event, frozen=True, kw_only=True):
    """A consumer misses a lane's events from `first` on and asks the sender for them again."""

    type_ = "lane.resend_requested.v1"
    sender: Id
    lane: int
    topic: str
    partition: int
    first: int
    consumer: Id


class ResendRefused(Event, frozen=True, kw_only=True):
    """The sender no longer keeps them: the oldest that it has is `oldest_kept` (None: nothing)."""

    type_ = "lane.resend_refused.v1"
    sender: Id
    lane: int
    topic: str
    partition: int
    first: int
    consumer: Id
    oldest_kept: int | None


ANY_SOURCE = "*"
"""In place of a source: whoever published to the partition."""


class ReplayRequested(Event, frozen=True, kw_only=True):
    """The broker's log is new: the source is asked for all it published after `last_event_id`.

    None means that nothing was applied of this source and partition.
    """

    type_ = "source.replay_requested.v1"
    source: str
    topic: str
    partition: int
    last_event_id: str | None


EVENTS: tuple[type[Event], ...] = (ResendRequested, ResendRefused, ReplayRequested)
