"""How the tests are divided among workers when they run side by side (`pytest -n`).

A part runs on one worker, in order: tests that share something dear, such as a running platform, stay
together. The longest parts begin first, so that no worker is left alone with one at the end.
"""

import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

LONGEST_FIRST = (
    "tests/chaos/test_chaos.py",
    "tests/e2e on embedded",
    "tests/e2e on kafka",
    "tests/integration/stream/test_lane_protocol.py",
    "tests/integration/stream on kafka",
    "tests/integration/simulator/test_world.py",
)
"""Parts that take long; the others follow as they were collected."""

_SHARED = re.compile(
    r"^(?P<folder>tests/(?:e2e|integration/stream))/.*\[(?:.*-)?(?P<broker>embedded|kafka)\b"
)


def part_of(nodeid: str) -> str:
    """The part that a test belongs to: its file, or the tests of its folder on the same broker.

    The end-to-end tests share one platform on each broker; the tests of the runtime share one Apache Kafka.
    """
    found = _SHARED.match(nodeid)
    file = nodeid.partition("::")[0]
    if found is None or (found["broker"] == "embedded" and found["folder"] != "tests/e2e"):
        return file
    return f"{found['folder']} on {found['broker']}"


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests, those of long parts first."""
    rank = {part: number for number, part in enumerate(LONGEST_FIRST)}
    return sorted(items, key=lambda item: rank.get(part_of(item.nodeid), len(rank)))


class PartScheduling(LoadScopeScheduling):
    """Hands out parts in the order of the tests."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # it would begin with the parts of most tests

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)
