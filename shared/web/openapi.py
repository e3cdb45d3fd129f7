"""The OpenAPI document, made to tell the truth about errors.

FastAPI describes validation errors in its own form and knows nothing of what the application answers before a
route runs. Here every operation gets the problems that it can really answer with.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.web.idempotency import HEADER
from shared.web.problems import MEDIA_TYPE, ProblemDocument, problem_responses

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_REPLACED = ("HTTPValidationError", "ValidationError")
_REF = "#/components/schemas/{model}"


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application, built once."""
    if app.openapi_schema is None:
        built = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        _describe_problems(built)
        app.openapi_schema = built
    return app.openapi_schema


def _describe_problems(built: dict[str, Any]) -> None:
    components = built.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(ref_template=_REF)
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    for path in built.get("paths", {}).values():
        for method in _METHODS:
            if method in path:
                _complete(path[method])


def _complete(operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    if MEDIA_TYPE not in responses.get("422", {}).get("content", {}):
        responses.pop("422", None)
    for status, response in problem_responses(*_possible(operation)).items():
        responses.setdefault(str(status), response)
    for parameter in operation.get("parameters", []):
        if parameter["name"] == HEADER:
            # Optional for FastAPI only because a missing one is answered with 400, not 422.
            schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
            parameter |= {"required": True, "schema": schema}


def _possible(operation: dict[str, Any]) -> list[int]:
    statuses = [400, 503]
    security = operation.get("security", [])
    if security:
        statuses.append(401)
    if any("ApiKey" in scheme for scheme in security):
        statuses.append(403)
    if "requestBody" in operation:
        statuses.append(413)
    if "requestBody" in operation or "parameters" in operation:
        statuses.append(422)
    return statuses
