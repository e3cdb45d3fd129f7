"""Who gets in, and what a browser may load: only what this process serves."""

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.reporting.console.sessions import COOKIE, Sessions
from shared.calendar.clock import Clock

_OPEN = ("/login", "/en/login", "/assets/", "/_nicegui/", "/health/", "/metrics")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # The toolkit compiles its templates in the browser and puts its start script into the page.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval';"
        " style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


class Guard:
    """ASGI middleware: pages and their web sockets need a session; without one, a page leads to the login."""

    def __init__(self, app: ASGIApp, sessions: Sessions, wall: Clock) -> None:
        self._app = app
        self._sessions = sessions
        self._wall = wall

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        cookie = session_cookie(Headers(scope=scope))
        session = self._sessions.read(cookie, self._wall.now())
        scope.setdefault("state", {})["session"] = session
        if session is None and not scope["path"].startswith(_OPEN):
            return await _refuse(scope, receive, send)
        return await self._app(scope, receive, _with_headers(send))


def session_cookie(headers: Headers) -> str | None:
    """The session's cookie in the headers of a request."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    login = "/en/login" if scope["path"].startswith("/en") else "/login"
    await RedirectResponse(login, status_code=303)(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    async def finish(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return finish
