"""`python -m simulator`: the world outside the bank, until SIGTERM or Ctrl-C."""

import asyncio
import signal
import sys

from pydantic import ValidationError

from shared.telemetry.logs import configure_logging, get_logger
from simulator.process import running
from simulator.settings import SimulatorSettings


def main() -> None:
    """Run; ends with a sentence where the settings do not fit or a port is taken."""
    try:
        settings = SimulatorSettings()  # type: ignore[call-arg]  # from the environment
    except ValidationError as error:
        wrong = "; ".join(
            f"RECOUP_SIM_{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        sys.exit(f"the simulator cannot start, its settings do not fit. {wrong}")
    configure_logging("simulator", "worker", settings.log_level)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(settings))
    except (OSError, ValueError) as error:
        sys.exit(f"the simulator cannot run: {error}")


async def _run(settings: SimulatorSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(settings) as world:
        log = get_logger(__name__)
        log.info("listening", http_port=world.gateway_port, smtp_port=world.mail_port)
        stopping = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopping, *world.loops], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for loop in done - {stopping}:
            loop.result()


def _loop_factory() -> type[asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.SelectorEventLoop
    return uvloop.Loop  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
