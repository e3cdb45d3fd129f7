"""Errors as the caller sees them: RFC 9457 `application/problem+json`.

`type` is stable (`urn:recoup:problem:<slug>`) and is what a program may rely on; `detail` is for people and
contains neither personal data nor what the caller sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
_URN = "urn:recoup:problem:"
_RESERVED = frozenset({"type", "title", "status", "detail"})


class FieldProblem(BaseModel):
    """One invalid part of a request."""

    field: str = Field(description="Where: 'body.amount', 'query.limit'")
    code: str = Field(description="A stable name of the rule that was broken")
    message: str


class ProblemDocument(BaseModel):
    """The body of every error response; further members belong to the type."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(examples=["urn:recoup:problem:not-found"])
    title: str
    status: int = Field(ge=400, le=599)
    detail: str | None = None
    errors: list[FieldProblem] | None = Field(default=None, description="The invalid fields, for 422")


class Problem(HTTPException):
    """An error to answer with; raise it anywhere below a route."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str | None = None,
        *,
        extensions: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`slug` completes the type URN; `extensions` become further members (JSON values)."""
        super().__init__(int(status), detail=detail or title, headers=dict(headers or {}))
        self.type = _URN + slug
        self.title = title
        self.explanation = detail
        self.extensions = {k: v for k, v in (extensions or {}).items() if k not in _RESERVED}

    def document(self) -> dict[str, Any]:
        """The members of the body."""
        body: dict[str, Any] = {"type": self.type, "title": self.title, "status": self.status_code}
        if self.explanation:
            body["detail"] = self.explanation
        return body | self.extensions

    def response(self) -> Response:
        """The response itself."""
        return Response(
            json.dumps(self.document(), ensure_ascii=False).encode(errors="replace"),
            status_code=self.status_code,
            headers=dict(self.headers or {}),
            media_type=MEDIA_TYPE,
        )


class BadRequest(Problem):
    """400: the request cannot be understood."""

    def __init__(self, detail: str, *, slug: str = "bad-request", **extensions: Any) -> None:
        super().__init__(400, slug, "The request cannot be understood", detail, extensions=extensions)


class Unauthorized(Problem):
    """401: no credential, or one that proves nothing."""

    def __init__(self, detail: str, *, challenge: str = 'Bearer realm="recoup"') -> None:
        headers = {"WWW-Authenticate": challenge}
        super().__init__(401, "unauthorized", "A valid credential is needed", detail, headers=headers)


class Forbidden(Problem):
    """403: the caller is known and may not do this."""

    def __init__(self, detail: str, *, slug: str = "forbidden", **extensions: Any) -> None:
        super().__init__(403, slug, "This is not allowed for you", detail, extensions=extensions)


class NotFound(Problem):
    """404: there is no such thing."""

    def __init__(self, detail: str = "There is no such resource.", **extensions: Any) -> None:
        super().__init__(404, "not-found", "Not found", detail, extensions=extensions)


class Conflict(Problem):
    """409: the state of the thing does not permit it now."""

    def __init__(self, detail: str, *, slug: str = "conflict", **extensions: Any) -> None:
        super().__init__(409, slug, "The present state does not permit this", detail, extensions=extensions)


class Unprocessable(Problem):
    """422: understood, and against a rule."""

    def __init__(self, detail: str, *, slug: str = "unprocessable", **extensions: Any) -> None:
        super().__init__(422, slug, "The request breaks a rule", detail, extensions=extensions)


class ServiceUnavailable(Problem):
    """503: try again after `retry_after` seconds."""

    def __init__(
        self,
        detail: str = "A part that this needs is not available.",
        *,
        retry_after: int = 5,
        **extensions: Any,
    ) -> None:
        headers = {"Retry-After": str(retry_after)}
        title = "Temporarily unavailable"
        super().__init__(503, "unavailable", title, detail, extensions=extensions, headers=headers)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may answer with these problems.

    400, 422, 503 and, where they apply, 401, 403 and 413 are declared for every route by the application.
    """
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }
