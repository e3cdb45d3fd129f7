"""How large the batches of each worker are and how long they take, from its own metrics."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from recoup.local.stack import Stack
from recoup.services import SERVICES, Process

_WANTED = ("batch_size_sum", "batch_size_count", "batch_duration_seconds_sum")


@dataclass(frozen=True, slots=True)
class Batches:
    """Sums since the worker began."""

    records: float = 0.0
    batches: float = 0.0
    seconds: float = 0.0


async def batches(stack: Stack) -> dict[str, Batches]:
    """By service."""
    headers = {"X-API-Key": stack.keys.operator_api_key}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        urls = [f"{stack.addresses.url(name, Process.WORKER)}/metrics" for name in SERVICES]
        pages = await asyncio.gather(*(client.get(url) for url in urls))
    return {name: _read(page.text) for name, page in zip(SERVICES, pages, strict=True)}


def between(before: Mapping[str, Batches], after: Mapping[str, Batches]) -> dict[str, dict[str, float]]:
    """Mean records and milliseconds of a batch, and how many there were."""
    found = {}
    for name, now in after.items():
        count = max(1.0, now.batches - before[name].batches)
        found[name] = {
            "batches": count,
            "records": round((now.records - before[name].records) / count, 1),
            "ms": round((now.seconds - before[name].seconds) / count * 1000, 1),
        }
    return found


def _read(page: str) -> Batches:
    sums = dict.fromkeys(_WANTED, 0.0)
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name in sums:
                sums[sample.name] += sample.value
    return Batches(*sums.values())
