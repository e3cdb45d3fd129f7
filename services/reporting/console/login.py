"""The login form: plain HTML, before any of the page's scripts is loaded."""

from html import escape
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.reporting.console.sessions import COOKIE, Sessions
from services.reporting.console.texts import Language, Texts
from services.reporting.settings import ReportingSettings
from shared.calendar.clock import Clock
from shared.web.auth import public

_LONGEST_FORM = 8192
_HOMES = {Language.CHINESE: "/", Language.ENGLISH: "/en"}
_LOGINS = {Language.CHINESE: "/login", Language.ENGLISH: "/en/login"}
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="{stylesheet}"></head>
<body class="login-page {mode}"><main class="login">
<div class="brand"><span class="mark">R</span><h1>{product}</h1></div>
<h2>{title}</h2><p class="note" id="hint">{hint}</p>
<form method="post" action="{action}">
<label for="key">{key}</label>
<input id="key" name="key" type="password" required autofocus autocomplete="current-password"
 maxlength="3000" aria-describedby="hint">
{wrong}<button type="submit">{submit}</button></form>
<a class="other" href="{other}" lang="{other_lang}">{language}</a>
</main></body></html>"""


def router(
    sessions: Sessions, settings: ReportingSettings, wall: Clock, stylesheet: str, zone: ZoneInfo
) -> APIRouter:
    """Log in, in either language, and out."""
    routes = APIRouter(dependencies=[public()], include_in_schema=False)
    lifetime = int(settings.console_session.total_seconds())

    def form(request: Request, language: Language, *, wrong: bool = False) -> Response:
        page = _form(Texts(language, zone), stylesheet, request.cookies.get("recoup_mode"), wrong=wrong)
        return HTMLResponse(page, status_code=401 if wrong else 200, headers={"Cache-Control": "no-store"})

    async def enter(request: Request, language: Language) -> Response:
        cookie = sessions.open(await _key(request), wall.now())
        if cookie is None:
            return form(request, language, wrong=True)
        response = RedirectResponse(_HOMES[language], status_code=303)
        secure = settings.console_secure_cookie
        response.set_cookie(COOKIE, cookie, max_age=lifetime, secure=secure, httponly=True, samesite="strict")
        return response

    @routes.get("/login")
    async def chinese(request: Request) -> Response:
        return form(request, Language.CHINESE)

    @routes.post("/login")
    async def enter_chinese(request: Request) -> Response:
        return await enter(request, Language.CHINESE)

    @routes.get("/en/login")
    async def english(request: Request) -> Response:
        return form(request, Language.ENGLISH)

    @routes.post("/en/login")
    async def enter_english(request: Request) -> Response:
        return await enter(request, Language.ENGLISH)

    @routes.get("/logout")
    async def leave() -> Response:
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    return routes


def _form(say: Texts, stylesheet: str, mode: str | None, *, wrong: bool) -> str:
    other = next(language for language in Language if language is not say.language)
    values = {
        "lang": say.language,
        "title": say("login.title"),
        "product": say("title"),
        "hint": say("login.hint"),
        "key": say("login.key"),
        "submit": say("login.submit"),
        "language": say("language"),
        "action": _LOGINS[say.language],
        "other": _LOGINS[other],
        "other_lang": other,
        "stylesheet": stylesheet,
        "mode": {"dark": "body--dark", "light": "body--light"}.get(mode or "", "body--auto"),
    }
    message = f'<p class="wrong" role="alert">{escape(say("login.wrong"))}</p>' if wrong else ""
    return _PAGE.format_map({name: escape(value) for name, value in values.items()} | {"wrong": message})


async def _key(request: Request) -> str:
    """The key in the form; empty where there is none or the form is too long to hold one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return ""
    return parse_qs(body.decode(errors="replace")).get("key", [""])[0].strip()
