"""Runs one process of a service under a sampling profiler: `python -m benchmarks.profiled strategy worker`.

SIGUSR1 starts and stops it; in between, every 5 ms of CPU time the stack is noted. At the end BENCH_PROFILE
gets the stacks in the collapsed form of flame graphs, and beside it (.txt) the functions by the time spent in
them and below them. Time inside a C call counts for the line that called it.
"""

import atexit
import os
import signal
from collections import Counter
from pathlib import Path
from types import FrameType

from recoup import running

EVERY_SECONDS = 0.005
DEEPEST = 60
_stacks: Counter[tuple[str, ...]] = Counter()


def _name(frame: FrameType) -> str:
    code = frame.f_code
    return f"{Path(code.co_filename).name}:{code.co_qualname}"


def _sample(_: int, frame: FrameType | None) -> None:
    stack: list[str] = []
    while frame is not None and len(stack) < DEEPEST:
        stack.append(_name(frame))
        frame = frame.f_back
    _stacks[tuple(reversed(stack))] += 1


def _toggle(_: int, __: FrameType | None) -> None:
    running_now = signal.getitimer(signal.ITIMER_PROF)[1] > 0
    every = 0.0 if running_now else EVERY_SECONDS
    signal.setitimer(signal.ITIMER_PROF, every, every)


def _write(path: Path) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    path.write_text("".join(f"{';'.join(stack)} {count}\n" for stack, count in _stacks.most_common()))
    own: Counter[str] = Counter()
    below: Counter[str] = Counter()
    for stack, count in _stacks.items():
        if not stack:
            continue
        own[stack[-1]] += count
        for name in set(stack):
            below[name] += count
    total = max(1, sum(_stacks.values()))
    lines = [f"{total} samples, {total * EVERY_SECONDS:.1f} CPU seconds", "", "in the function itself:"]
    lines += [f"{count / total:7.1%}  {name}" for name, count in own.most_common(40)]
    lines += ["", "in it and below it:"]
    lines += [f"{count / total:7.1%}  {name}" for name, count in below.most_common(60)]
    path.with_suffix(".txt").write_text("\n".join(lines) + "\n")


def main() -> None:
    """Profile until the process ends."""
    atexit.register(_write, Path(os.environ["BENCH_PROFILE"]))
    signal.signal(signal.SIGPROF, _sample)
    signal.signal(signal.SIGUSR1, _toggle)
    running.main()


if __name__ == "__main__":
    main()
