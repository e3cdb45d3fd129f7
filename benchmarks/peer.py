"""The peer: the same flow as it is usually written, FastStream and an ORM session a message.

`python -m benchmarks.peer --cases 1000 [--kafka apache]`. It does less than the platform: no lanes, no
outbox, no rules, no proof, no reply; it may lose or double an effect at a crash.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import httpx

from benchmarks import peer_models
from benchmarks.chain import Chain, ChainResult
from benchmarks.parts import ROOT, BrokerKind, Parts
from recoup.local.ports import LOOPBACK, free_port
from recoup.local.process import ManagedProcess
from shared.stream.broker import Outbound

WARM_UP = 100


def records(cases: int) -> list[Outbound]:
    """One overdue account a case."""
    found = []
    for number in range(cases):
        event = peer_models.Overdue(
            account_id=f"account-{number:08d}",
            customer_id=f"customer-{number:08d}",
            days_past_due=1 + number % 20,
            arrears=Decimal(500 + number % 9000),
        )
        headers = [("content-type", b"application/json")]
        found.append(Outbound(event.customer_id.encode(), event.model_dump_json().encode(), headers))
    return found


def _gateway(folder: Path, port: int) -> ManagedProcess:
    async def answers() -> bool:
        try:
            async with httpx.AsyncClient(timeout=2.0) as client:
                return (await client.get(f"http://{LOOPBACK}:{port}/")).status_code == 200
        except httpx.HTTPError:
            return False

    return ManagedProcess(
        "gateway",
        [sys.executable, "-m", "benchmarks.gateway"],
        folder / "logs" / "gateway.log",
        {"BENCH_PORT": str(port), "PYTHONPATH": str(ROOT)},
        restart=False,
        ready=answers,
    )


async def run_peer(cases: int, kind: BrokerKind, folder: Path) -> ChainResult:
    """Run the peer once, on fresh parts."""
    parts, port = Parts(folder / "peer", kind), free_port()
    chain = Chain(
        "benchmarks.peer_worker",
        peer_models.schema(),
        parts,
        {"BENCH_GATEWAY": f"http://{LOOPBACK}:{port}"},
        {"gateway": _gateway(parts.folder, port)},
        orm=True,
    )
    return await chain.run(records(cases + WARM_UP), WARM_UP)


def main() -> None:
    """Run the peer alone and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--kafka", choices=("embedded", "apache"), default="embedded")
    options = parser.parse_args()
    result = asyncio.run(run_peer(options.cases, options.kafka, Path(".recoup/benchmark").absolute()))
    rates = {
        "cases_per_second": round(result.cases_per_second, 1),
        "steady_cases_per_second": round(result.steady_cases_per_second, 1),
    }
    print(json.dumps(rates | {k: v for k, v in asdict(result).items() if k != "curve"}, indent=1))


if __name__ == "__main__":
    main()
