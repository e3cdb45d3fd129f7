"""JSON logs on standard output, one object a line, without personal data.

`event` is a stable name (`batch_applied`, `lane_stopped`), never a sentence with data in it. Identifiers go
in as fields or, for everything logged during a request or a batch, by `bound(...)`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from shared.telemetry.redaction import redaction_processor

# Their records repeat what the platform logs itself, with addresses and parameters in the text.
_QUIET = ("uvicorn.access", "sqlalchemy.engine", "httpx", "httpcore", "asyncio")


def _shared_processors(service: str, process: str) -> list[Processor]:
    def identify(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event.setdefault("service", service)
        event.setdefault("process", process)
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        identify,
    ]


def configure_logging(service: str, process: str, level: str = "INFO") -> None:
    """Route structlog and the standard library's loggers through the same processors to stdout.

    `service` and `process` ("api", "worker") are added to each line. `level` is a name of `logging`; an
    unknown one raises ValueError. Calling it again replaces the earlier configuration.
    """
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if threshold is None:
        raise ValueError(f"unknown log level {level!r}")
    shared = _shared_processors(service, process)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        cache_logger_on_first_use=False,
    )
    # Where a line cannot be written, the standard library would print the record, not redacted, to stderr.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_formatter(shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(threshold)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    # It repeats each lost connection for each partition; what comes of it, the runtime says itself.
    logging.getLogger("aiokafka").setLevel(threshold if threshold < logging.INFO else logging.CRITICAL)


def _formatter(shared: list[Processor]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redaction_processor,
            structlog.processors.JSONRenderer(),
        ],
    )


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger; `name` is the module's `__name__`."""
    return cast(FilteringBoundLogger, structlog.stdlib.get_logger(name))


@contextmanager
def bound(**fields: str | int | None) -> Iterator[None]:
    """Add fields to every line logged inside the block, in this task only. None is left out."""
    present = {key: value for key, value in fields.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**present):
        yield
