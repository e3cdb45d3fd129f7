"""Puts the console together and serves it."""

import secrets
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from nicegui import ui
from starlette.middleware import Middleware

from services.reporting.console import login
from services.reporting.console.calling import Service, Services
from services.reporting.console.frame import add_pages
from services.reporting.console.guard import Guard
from services.reporting.console.live import Live
from services.reporting.console.pages import PAGES
from services.reporting.console.sessions import Sessions
from services.reporting.console.visit import Console
from services.reporting.settings import ReportingSettings
from shared.calendar.clock import SystemClock
from shared.runtime import Runtime
from shared.web.errors import install_error_handlers
from shared.web.health import database_check, health_router
from shared.web.server import run_server

_ASSETS = Path(__file__).parent / "assets"


def run(runtime: Runtime[ReportingSettings]) -> None:
    """Serve the console until SIGTERM or SIGINT."""
    run_server(app(runtime), runtime.settings.host, runtime.settings.port)


def app(runtime: Runtime[ReportingSettings]) -> FastAPI:
    """The application; one a process, because the toolkit's pages are the process's."""
    settings, wall = runtime.settings, SystemClock()
    zone = ZoneInfo(settings.console_zone)
    sessions = _sessions(settings)
    console = FastAPI(
        title="Recoup console",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[Middleware(Guard, sessions=sessions, wall=wall)],
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    install_error_handlers(console)
    stylesheets = [_versioned(name) for name in ("console.css", "pages.css", "inspection.css")]
    console.include_router(health_router([database_check(runtime.engine)]))
    console.include_router(login.router(sessions, settings, wall, stylesheets[0], zone))
    console.mount("/assets", StaticFiles(directory=_ASSETS))
    services = Services(
        compliance=Service.at("compliance", settings.compliance_url),
        strategy=Service.at("strategy", settings.strategy_url),
    )
    shared = Console(Live(runtime.engine, runtime.clock, wall), services, settings.trusted_keys)
    add_pages(shared, PAGES, zone, stylesheets)
    ui.run_with(
        console,
        title="Recoup",
        favicon=(_ASSETS / "icon.svg").read_text(),
        tailwind=False,
        binding_refresh_interval=None,
        show_welcome_message=False,
    )
    return console


def _versioned(name: str) -> str:
    """The address of a file that changes with its content."""
    return f"/assets/{name}?{crc32((_ASSETS / name).read_bytes()):08x}"


def _sessions(settings: ReportingSettings) -> Sessions:
    given = settings.console_secret
    secret = given.get_secret_value() if given else secrets.token_urlsafe(32)
    keys = settings.api_keys.get_secret_value()
    lifetime = settings.console_session
    return Sessions(secret, keys, settings.known_api_keys, lifetime, settings.token_verifier)
