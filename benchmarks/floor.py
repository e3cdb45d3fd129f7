"""The floor: what the parts can do with the same hops and processes, and no logic.

`python -m benchmarks.floor --cases 50000 [--shape traffic] [--kafka apache]`
"""

import argparse
import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import msgspec

from benchmarks import floor_worker
from benchmarks.chain import Chain, ChainResult
from benchmarks.hops import Shape
from benchmarks.parts import BrokerKind, Parts
from shared.stream.broker import Outbound

WARM_UP = 5_000


def records(cases: int) -> list[Outbound]:
    """One record a case."""
    encode = msgspec.json.Encoder().encode
    found = []
    for number in range(cases):
        step = floor_worker.Step(
            case_id=f"case-{number:08d}",
            customer_id=f"customer-{number:08d}",
            step="bank",
            state="overdue",
            amount=f"{500 + number % 9000}.25",
            currency="CNY",
            at="2026-03-03T02:00:00+00:00",
            reason="minimum_dpd 1, minimum_arrears 50, segment early_small, step 1 of 5, template reminder",
        )
        found.append(Outbound(step.customer_id.encode(), encode(step), [("ce_type", b"bank")]))
    return found


async def run_floor(cases: int, kind: BrokerKind, folder: Path, shape: Shape = Shape.CHAIN) -> ChainResult:
    """Run the floor once, on fresh parts."""
    chain = Chain(
        "benchmarks.floor_worker",
        floor_worker.schema(shape),
        Parts(folder / "floor", kind),
        {"BENCH_SHAPE": shape},
    )
    return await chain.run(records(cases + WARM_UP), WARM_UP)


def main() -> None:
    """Run the floor alone and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--kafka", choices=("embedded", "apache"), default="embedded")
    parser.add_argument("--shape", type=Shape, choices=list(Shape), default=Shape.CHAIN)
    options = parser.parse_args()
    folder = Path(".recoup/benchmark").absolute()
    result = asyncio.run(run_floor(options.cases, options.kafka, folder, options.shape))
    rates = {
        "cases_per_second": round(result.cases_per_second, 1),
        "steady_cases_per_second": round(result.steady_cases_per_second, 1),
    }
    print(json.dumps(rates | {k: v for k, v in asdict(result).items() if k != "curve"}, indent=1))


if __name__ == "__main__":
    main()
