"""The pipeline beside its floor and its peer: `python -m benchmarks.pipeline`.

Starts the whole platform on fresh parts, loads customers, publishes overdue accounts and measures until each
case is contacted, audited and visible in reporting. docs/performance.md says how and why.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.chart import draw
from benchmarks.floor import run_floor
from benchmarks.hops import Shape
from benchmarks.page import show
from benchmarks.peer import run_peer
from benchmarks.report import Report, machine
from benchmarks.whole import Wish, run_whole
from recoup.errors import Mistake
from recoup.local.errors import LocalStackError
from recoup.services import SERVICES

RESULTS = Path(__file__).parent / "results"
FOLDER = Path(".recoup/benchmark").absolute()


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000, help="cases of the platform and of the floor")
    parser.add_argument("--peer-cases", type=int, default=1_000, help="it is slow: its rate is steady soon")
    parser.add_argument("--rate", type=float, default=200, help="cases a second of the latency run; 0: none")
    parser.add_argument("--seconds", type=float, default=20, help="length of the latency run")
    parser.add_argument("--skip-floor", action="store_true")
    parser.add_argument("--skip-peer", action="store_true")
    parser.add_argument("--kafka", choices=("embedded", "apache"), default="embedded")
    parser.add_argument(
        "--profile",
        choices=list(SERVICES),
        nargs="+",
        default=[],
        metavar="SERVICE",
        help="sample the stacks of these services' workers",
    )
    parser.add_argument("--port-offset", type=int, default=20_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


async def run(chosen: argparse.Namespace, console: Console) -> Report:
    """One after the other, each on parts of its own."""
    before = machine()
    wish = Wish(
        cases=chosen.cases,
        kind=chosen.kafka,
        folder=FOLDER,
        rate=chosen.rate,
        steady_seconds=chosen.seconds,
        port_offset=chosen.port_offset,
        profiled=frozenset(f"{service} worker" for service in chosen.profile),
        profiles=RESULTS,
    )
    report = Report(chosen.kafka, await run_whole(wish, lambda what: console.print(what, highlight=False)))
    report.machine = before
    if not chosen.skip_floor:
        console.print(f"floor: {chosen.cases} cases", highlight=False)
        report.floor = await run_floor(chosen.cases, chosen.kafka, FOLDER)
        report.traffic_floor = await run_floor(chosen.cases, chosen.kafka, FOLDER, Shape.TRAFFIC)
    if not chosen.skip_peer:
        console.print(f"peer: {chosen.peer_cases} cases", highlight=False)
        report.peer = await run_peer(chosen.peer_cases, chosen.kafka, FOLDER)
    return report


def main() -> None:
    """Measure, write the results and a chart, print."""
    chosen, console = options(), Console(stderr=True)
    RESULTS.mkdir(exist_ok=True)
    try:
        report = asyncio.run(run(chosen, console))
    except (LocalStackError, Mistake) as error:
        sys.exit(str(error))
    found = report.as_object()
    path = RESULTS / f"pipeline-{chosen.kafka}"
    path.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    draw(report, path)
    if chosen.json:
        print(json.dumps(found))
    else:
        show(found, Console())
    console.print(f"results and chart: {path}.json .svg .png", highlight=False)


if __name__ == "__main__":
    main()
