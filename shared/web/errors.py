"""Turns every exception of an application into a problem: nothing leaves as plain text or with details."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from socket import gaierror
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.telemetry.logs import get_logger
from shared.web.problems import Problem, ServiceUnavailable

_log = get_logger(__name__)
_MAX_FIELDS = 50

# Connection lost, server shutting down, lock or statement timeout, serialization, deadlock, out of resources.
_TRANSIENT_STATES = ("08", "57P", "57014", "55P03", "40", "53")


def install_error_handlers(app: FastAPI) -> None:
    """Register the handlers on an application."""
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(DBAPIError, _database)
    for unreachable in (PoolTimeoutError, ConnectionError, TimeoutError, gaierror):
        app.add_exception_handler(unreachable, _unreachable)


def internal_problem() -> Problem:
    """What a caller learns about a defect of ours: that there is one."""
    return Problem(500, "internal", "Internal error", "The error was recorded under this request's id.")


def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return error.response()
    status = HTTPStatus(error.status_code)
    slug = status.phrase.lower().replace(" ", "-")
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_allowed_methods(request)))
    detail = str(error.detail) if error.detail and error.detail != status.phrase else None
    return Problem(status, slug, status.phrase, detail, headers=headers).response()


def _allowed_methods(request: Request) -> Iterable[str]:
    # The router reports the first route of the path only, and one path has a route for each method.
    allowed: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is not None and pattern.match(request.scope["path"]):
            allowed |= context.methods or set()
    return allowed


def _validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # Neither `input` nor `ctx` are passed on: they repeat what the caller sent.
    fields = [_field(item) for item in error.errors()[:_MAX_FIELDS]]
    title = "The request is not valid"
    detail = "See errors for the fields that are not valid."
    return Problem(422, "validation", title, detail, extensions={"errors": fields}).response()


def _field(item: dict[str, Any]) -> dict[str, str]:
    location = [str(part) for part in item["loc"]]
    return {"field": ".".join(location)[:200], "code": str(item["type"]), "message": _message(item)}


def _message(item: dict[str, Any]) -> str:
    # A message that a validator of ours wrote may quote the value; pydantic's own do not.
    return (
        "Not a valid value" if item["type"] in ("value_error", "assertion_error") else str(item["msg"])[:200]
    )


def _database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if error.connection_invalidated or state.startswith(_TRANSIENT_STATES):
        return _unreachable(request, error)
    raise error


def _unreachable(_request: Request, error: Exception) -> Response:
    _log.warning("dependency_unavailable", error=type(error).__name__)
    return ServiceUnavailable().response()
