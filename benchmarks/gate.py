"""The gate's decisions a second in one process, beside hand-written `if` statements.

`python -m benchmarks.gate [--json]`

Both decide the same requests under the packs of China and the United States and the bank's policy; it is
checked that they answer the same. The rounds alternate, and each round's decisions are timed by the wall
clock and by the processor time of the process: on a shared machine the latter says what one worker needs.
"""

import argparse
import gc
import json
import platform
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.gate_floor import Answer, answer
from benchmarks.gate_work import Asked, asked
from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.packs.library import Library
from services.compliance.explaining.choosing import library_of

PACKS = ["cn-mainland", "us-federal", "bank-policy", "bank-policy-cn"]


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--decisions", type=int, default=10_000, help="requests a round, each decided once")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--attempts", type=int, default=30, help="a person has from none to so many")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def measure(work: list[Asked], rounds: int, library: Library) -> dict[str, Any]:
    """The rates of both, and how far their answers agree."""

    def by_gate(one: Asked) -> object:
        return decide(one.request, one.facts, library, one.now)

    contestants: dict[str, Callable[[Asked], object]] = {"gate": by_gate, "floor": answer}
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    answers = [answer(one) for one in work]
    differing = sum(one != other for one, other in zip(map(_told(library), work), answers, strict=True))
    for _ in range(rounds):
        for name, contestant in contestants.items():
            rates[name].append(_round(contestant, work))
    found: dict[str, Any] = {
        name: {
            "per_second": round(statistics.median(wall for wall, _ in told)),
            "per_processor_second": round(statistics.median(cpu for _, cpu in told)),
            "per_processor_second_of_rounds": [round(cpu) for _, cpu in told],
        }
        for name, told in rates.items()
    }
    gate, floor = (found[name]["per_processor_second"] for name in ("gate", "floor"))
    return found | {
        "gate_to_floor": round(gate / floor, 2),
        "answers_differing": differing,
        "effects": dict(Counter(one.effect for one in answers)),
    }


def _told(library: Library) -> Callable[[Asked], Answer]:
    def told(one: Asked) -> Answer:
        decision = decide(one.request, one.facts, library, one.now)
        rules = frozenset(reason.rule_id for reason in decision.reasons)
        return Answer(decision.effect.value, rules, decision.until or decision.valid_until)

    return told


def _round(contestant: Callable[[Asked], object], work: list[Asked]) -> tuple[float, float]:
    """Decisions a second by the wall clock, and by processor time."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for one in work:
        contestant(one)
    return len(work) / (time.perf_counter() - wall), len(work) / (time.process_time() - cpu)


def main() -> None:
    """Measure and print."""
    chosen = options()
    library = library_of(PACKS, Path())
    found = measure(asked(chosen.decisions, chosen.attempts), chosen.rounds, library)
    found |= {
        "decisions_a_round": chosen.decisions,
        "rounds": chosen.rounds,
        "most_attempts": chosen.attempts,
        "packs": sorted(library.digests),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    if chosen.json:
        print(json.dumps(found))
        return
    for name in ("gate", "floor"):
        wall, cpu = found[name]["per_second"], found[name]["per_processor_second"]
        print(f"{name:6}{wall:>9,} a second, {cpu:>9,} a processor second")
    print(f"gate to floor: {found['gate_to_floor']}; answers differing: {found['answers_differing']}")
    print(f"effects: {found['effects']}")


if __name__ == "__main__":
    main()
