"""Who may call a route: API key in `X-API-Key`, or `Authorization: Bearer` with a JWT.

Every route says who may call it: `require("cases:read")`, or `public()`, or a signed webhook. `create_app`
refuses to build an application that has a route which says nothing.

    @router.get("/cases/{case_id}")
    async def case(case_id: str, principal: Annotated[Principal, require("cases:read")]) -> CaseView: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from shared.security.api_keys import ApiKeys
from shared.security.principals import Principal
from shared.security.tokens import InvalidTokenError, TokenVerifier
from shared.web.problems import Forbidden, Unauthorized

_api_key = APIKeyHeader(name="X-API-Key", scheme_name="ApiKey", auto_error=False)
_bearer = HTTPBearer(scheme_name="Bearer", bearerFormat="JWT", auto_error=False)
_declarations: set[Callable[..., Any]] = set()


class Authenticator:
    """Finds the caller from the credentials of a request."""

    def __init__(self, api_keys: ApiKeys, tokens: TokenVerifier | None) -> None:
        self._api_keys = api_keys
        self._tokens = tokens

    def identify(self, api_key: str | None, token: str | None) -> Principal:
        """The caller; Unauthorized otherwise. A wrong API key is not saved by a good token."""
        if api_key is not None:
            principal = self._api_keys.principal(api_key)
            if principal is None:
                raise Unauthorized("The API key is not known.")
            return principal
        if token is None:
            raise Unauthorized("Send X-API-Key, or Authorization: Bearer with a token.")
        if self._tokens is None:
            raise Unauthorized("Bearer tokens are not accepted here; send X-API-Key.")
        try:
            return self._tokens.verify(token)
        except InvalidTokenError as error:
            challenge = 'Bearer realm="recoup", error="invalid_token"'
            raise Unauthorized(f"{error}.".capitalize(), challenge=challenge) from None


def identify(
    request: Request,
    api_key: Annotated[str | None, Security(_api_key)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Principal:
    """Dependency: the caller, whatever they may do. Routes use `require`."""
    known = getattr(request.state, "principal", None)
    if isinstance(known, Principal):
        return known
    authenticator: Authenticator = request.app.state.authenticator
    principal = authenticator.identify(api_key, bearer.credentials if bearer else None)
    request.state.principal = principal
    return principal


def _authorize(needed: SecurityScopes, principal: Annotated[Principal, Depends(identify)]) -> Principal:
    missing = principal.missing(needed.scopes)
    if missing:
        raise Forbidden(f"The scope {' '.join(missing)} is missing.", slug="missing-scope", scopes=missing)
    return principal


def _public() -> None:
    return None


def require(*scopes: str) -> Any:
    """Dependency: the caller as a Principal with all these scopes, else 401 or 403.

    Use it as `Annotated[Principal, require("a:b")]` or in `dependencies=[require("a:b")]`, no `Depends`
    around it. Without scopes any authenticated caller passes.
    """
    return Security(_authorize, scopes=scopes)


def public() -> Any:
    """Dependency: says that anybody may call the route, as in `dependencies=[public()]`."""
    return Depends(_public)


def declares_access(dependency: Callable[..., Any]) -> Callable[..., Any]:
    """Count this dependency as a statement of who may call a route, as a verified signature is one."""
    _declarations.add(dependency)
    return dependency


declares_access(_authorize)
declares_access(_public)


def check_access_declared(app: FastAPI) -> None:
    """Raise RuntimeError naming the routes that do not say who may call them."""
    silent = []
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        if isinstance(dependant, Dependant) and _declarations.isdisjoint(_calls(dependant)):
            silent.append(f"{'/'.join(sorted(context.methods or ()))} {context.path}")
    if silent:
        raise RuntimeError(f"routes without require(...) or public(): {', '.join(silent)}")


def _calls(dependant: Dependant) -> Iterable[Callable[..., Any]]:
    for dependency in dependant.dependencies:
        if dependency.call is not None:
            yield dependency.call
        yield from _calls(dependency)
