"""Every topic: who writes it, what its key is, which events it carries."""

from dataclasses import dataclass

from shared.contracts import (
    conduct,
    contacts,
    control,
    corebank,
    decisions,
    delinquency,
    parties,
    requests,
    treatments,
)
from shared.contracts.base import Event


@dataclass(frozen=True, slots=True)
class Topic:
    """A stream of facts. All topics have the same number of partitions unless `partitions` fixes it."""

    name: str
    owner: str
    key: str
    title: str
    events: tuple[type[Event], ...]
    partitions: int | None = None


CORE_BANK = Topic("corebank.events.v1", "corebank", "any", "What core banking published", corebank.EVENTS)
DELINQUENCY = Topic(
    "intake.delinquency.v1", "intake", "customer", "What became of the debt", delinquency.EVENTS
)
PARTIES = Topic("intake.parties.v1", "intake", "person", "Who a person is to a debt", parties.EVENTS)
TREATMENTS = Topic(
    "strategy.treatments.v1", "strategy", "customer", "What the bank decided to do", treatments.EVENTS
)
REQUESTS = Topic("outreach.requests.v1", "outreach", "person", "Contacts to permit", requests.EVENTS)
DECISIONS = Topic("compliance.decisions.v1", "compliance", "person", "The gate's answers", decisions.EVENTS)
CONTACTS = Topic("outreach.contacts.v1", "outreach", "person", "What became of contacts", contacts.EVENTS)
CONDUCT = Topic(
    "compliance.conduct.v1",
    "compliance",
    "person",
    "Holds, complaints, violations, checkpoints",
    conduct.EVENTS,
)
CONTROL = Topic("recoup.control.v1", "all", "any", "Runtimes about lanes", control.EVENTS, partitions=1)

TOPICS: tuple[Topic, ...] = (
    CORE_BANK,
    DELINQUENCY,
    PARTIES,
    TREATMENTS,
    REQUESTS,
    DECISIONS,
    CONTACTS,
    CONDUCT,
    CONTROL,
)

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
TOPIC_OF: dict[type[Event], Topic] = {event: topic for topic in TOPICS for event in topic.events}
EVENT_TYPES: dict[str, type[Event]] = {event.type_: event for event in TOPIC_OF}


def dead_letter_topic(topic: str, consumer: str) -> str:
    """The name of the topic that takes a consumer's dead letters of `topic`."""
    return f"{topic}.{consumer}.dlq"
