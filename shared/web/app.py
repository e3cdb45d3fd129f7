"""The factory of every HTTP application of the platform, of API processes and of workers' health ports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from shared.settings import ServiceSettings
from shared.web.auth import Authenticator, check_access_declared
from shared.web.context import RequestContext
from shared.web.errors import install_error_handlers
from shared.web.guards import RequestGuard
from shared.web.health import HealthCheck, health_router
from shared.web.openapi import document

BODY_LIMIT = 1 << 20
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    *,
    title: str,
    service: str,
    version: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter] = (),
    lifespan: Lifespan | None = None,
    health_checks: Sequence[HealthCheck] = (),
    body_limit: int = BODY_LIMIT,
    description: str = "",
) -> FastAPI:
    """An application with authentication, problem+json, health, metrics, access log and limits on requests.

    `body_limit` in bytes. `app.state.settings` holds the settings. RuntimeError where a route does not say
    who may call it (`require(...)`, `public()` or `signed_body()`).
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(RequestContext, service=service),
            Middleware(RequestGuard, body_limit=body_limit),
        ],
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.settings = settings
    app.state.authenticator = Authenticator(settings.known_api_keys, settings.token_verifier)
    install_error_handlers(app)
    for router in (health_router(health_checks), *routers):
        app.include_router(router)
    check_access_declared(app)
    _use_document(app)
    return app


def _use_document(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        return document(app)

    app.openapi = openapi  # type: ignore[method-assign]
