"""The supervisor on real, small processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from recoup.local.errors import LocalStackError
from recoup.local.process import ManagedProcess
from recoup.local.supervisor import Happening, Supervisor, What

SLEEPER = "import time; print('awake', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen(['sleep', '600']); print('child', child.pid, flush=True); time.sleep(600)"
)


def _python(folder: Path, name: str, program: str, **more: object) -> ManagedProcess:
    return ManagedProcess(name, [sys.executable, "-c", program], folder / f"{name}.log", **more)  # type: ignore[arg-type]


async def _until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_a_killed_process_is_brought_back_and_the_restart_counted(tmp_path: Path) -> None:
    seen: list[Happening] = []
    async with Supervisor(seen.append) as supervisor:
        process = _python(tmp_path, "sleeper", SLEEPER)
        await supervisor.start(process)
        first = process.pid
        process.kill()
        await _until(lambda: process.restarts == 1 and process.running)
        assert process.pid != first
    assert process.pid is None
    assert [happening.what for happening in seen] == [
        What.STARTING,
        What.READY,
        What.DIED,
        What.RESTARTING,
        What.READY,
        What.STOPPING,
        What.STOPPED,
    ]
    assert seen[2].detail == "exit code -9"


async def test_a_process_that_keeps_dying_is_restarted_after_growing_pauses(tmp_path: Path) -> None:
    seen: list[Happening] = []
    async with Supervisor(seen.append, restart_delay=0.1, longest_restart_delay=0.4) as supervisor:
        process = _python(tmp_path, "mayfly", "pass")
        await supervisor.start(process)
        await _until(lambda: process.restarts >= 4)
    pauses = [happening.detail for happening in seen if happening.what is What.RESTARTING]
    assert pauses[:4] == ["in 0.1 s", "in 0.2 s", "in 0.4 s", "in 0.4 s"]


async def test_a_process_that_shall_not_come_back_stays_dead(tmp_path: Path) -> None:
    seen: list[Happening] = []
    async with Supervisor(seen.append) as supervisor:
        process = _python(tmp_path, "once", "raise SystemExit(3)", restart=False)
        await supervisor.start(process)
        await _until(lambda: seen[-1] == Happening("once", What.DIED, "exit code 3"))
        await asyncio.sleep(0.3)
        assert process.restarts == 0


async def test_processes_stop_in_reverse_order_of_their_start(tmp_path: Path) -> None:
    seen: list[Happening] = []
    async with Supervisor(seen.append) as supervisor:
        for name in ("database", "broker", "worker"):
            await supervisor.start(_python(tmp_path, name, SLEEPER))
    stopped = [happening.process for happening in seen if happening.what is What.STOPPED]
    assert stopped == ["worker", "broker", "database"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_everything_and_the_block_ends_quietly(
    tmp_path: Path, number: signal.Signals
) -> None:
    pids: list[int] = []

    async def run() -> Supervisor:
        async with Supervisor() as supervisor:
            await supervisor.start(*(_python(tmp_path, f"sleeper-{n}", SLEEPER) for n in range(3)))
            pids.extend(process.pid or 0 for process in supervisor.processes)
            asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), number)
            await supervisor.wait()
        return supervisor

    supervisor = await asyncio.create_task(run())
    assert supervisor.stopped_by == number
    assert len(pids) == 3
    assert all(_gone(pid) for pid in pids)


async def test_ctrl_c_while_a_process_is_starting_leaves_nothing(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    process = _python(tmp_path, "slow", SLEEPER, ready=never)

    async def run() -> None:
        async with Supervisor() as supervisor:
            asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), signal.SIGINT)
            await supervisor.start(process)
            pytest.fail("the start went on")

    await asyncio.create_task(run())
    assert not process.running


async def test_a_stubborn_process_is_killed_with_its_children_after_the_grace(tmp_path: Path) -> None:
    process = _python(tmp_path, "stubborn", STUBBORN, stop_timeout=0.3)
    await process.start()
    await _until(lambda: "child" in process.log_tail())
    child = int(process.log_tail().split()[-1])
    assert not _gone(child)
    await process.stop()
    await _until(lambda: _gone(child))
    assert await process.wait() == -9


async def test_a_stopped_process_rests_until_it_is_resumed(tmp_path: Path) -> None:
    async with Supervisor() as supervisor:
        process = _python(tmp_path, "sleeper", SLEEPER)
        await supervisor.start(process)
        await supervisor.stop(process)
        await asyncio.sleep(0.3)
        assert not process.running
        await supervisor.resume(process)
        process.kill()
        await _until(lambda: process.restarts == 1 and process.running)


async def test_a_process_that_ends_too_early_says_its_last_words(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    broken = _python(tmp_path, "broken", "raise SystemExit('the key is missing')", ready=never)
    other = _python(tmp_path, "other", SLEEPER)
    with pytest.raises(LocalStackError, match=r"(?s)broken ended with exit code 1 .*the key is missing"):
        async with Supervisor() as supervisor:
            await supervisor.start(other, broken)
    assert not other.running
    late = _python(tmp_path, "late", SLEEPER, ready=never, ready_timeout=0.5)
    with pytest.raises(LocalStackError, match=r"(?s)late was not ready within .*awake"):
        await late.start()
    assert not late.running


async def test_a_program_that_does_not_exist_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="Cannot start ghost"):
        await ManagedProcess("ghost", [str(tmp_path / "ghost")], tmp_path / "ghost.log").start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent's life")
async def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from recoup.local.process import ManagedProcess
from recoup.local.supervisor import Supervisor

async def main():
    async with Supervisor() as supervisor:
        argv = [sys.executable, "-c", {SLEEPER!r}]
        sleeper = ManagedProcess("sleeper", argv, Path({str(tmp_path)!r}) / "log")
        await supervisor.start(sleeper)
        print("pid", sleeper.pid, flush=True)
        await supervisor.wait()

asyncio.run(main())
"""
    parent = _python(tmp_path, "parent", program)
    await parent.start()
    await _until(lambda: "pid" in parent.log_tail())
    child = int(parent.log_tail().split()[-1])
    os.kill(parent.pid or 0, signal.SIGKILL)
    await _until(lambda: _gone(child))
    await parent.wait()
