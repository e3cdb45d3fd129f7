"""The console asks services with the person's credential, sends a form once, and says what went wrong."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI, Query, Request

from services.reporting.console.calling import Caller, Service, Trouble
from services.reporting.console.parts.area import explained
from services.reporting.console.parts.saying import told
from services.reporting.console.sessions import Credential
from services.reporting.console.texts import Language, Texts
from shared.web.access_log import AccessPurpose
from shared.web.errors import install_error_handlers
from shared.web.inputs import Input
from shared.web.problems import Forbidden

CHINESE, ENGLISH = (Texts(language, ZoneInfo("Asia/Shanghai")) for language in Language)


class Thing(Input):
    reason: str


def other_service() -> FastAPI:
    """A service that says what it was sent."""
    app = FastAPI()
    install_error_handlers(app)

    @app.get("/echo")
    def echo(request: Request, size: Annotated[int, Query(le=10)] = 1) -> dict[str, Any]:
        return {"headers": dict(request.headers), "query": dict(request.query_params)}

    @app.get("/pages")
    def pages(cursor: int = 0) -> dict[str, Any]:
        return {"items": [cursor], "next": str(cursor + 1)}

    @app.post("/things")
    def things(request: Request, body: Thing) -> dict[str, Any]:
        return {"key": request.headers["idempotency-key"], "reason": body.reason}

    @app.post("/refused")
    def refused() -> None:
        raise Forbidden("Two are needed.", slug="complaint-four-eyes")

    @app.post("/new-problem")
    def new_problem() -> None:
        raise Forbidden("Something that came later.", slug="something-new")

    return app


def caller(purpose: AccessPurpose | None = None) -> Caller:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=other_service()), base_url="http://other")
    return Caller(Service("compliance", client), Credential("rk_me"), purpose)


async def trouble(path: str, **body: Any) -> Trouble:
    with pytest.raises(Trouble) as raised:
        await caller().post(path, body, "form")
    return raised.value


async def test_a_service_sees_the_persons_credential_and_a_purpose_only_where_one_is_stated() -> None:
    said = await caller().get("/echo", size=3, none=None)
    assert said["headers"]["x-api-key"] == "rk_me"
    assert "x-access-purpose" not in said["headers"]
    assert said["query"] == {"size": "3"}
    stated = await caller(AccessPurpose.COMPLAINT_HANDLING).get("/echo")
    assert stated["headers"]["x-access-purpose"] == "complaint_handling"


async def test_the_same_form_is_the_same_request_and_a_changed_one_another() -> None:
    one = await caller().post("/things", {"reason": "a"}, "form-1")
    again = await caller().post("/things", {"reason": "a"}, "form-1")
    changed = await caller().post("/things", {"reason": "b"}, "form-1")
    other = await caller().post("/things", {"reason": "a"}, "form-2")
    assert one["key"] == again["key"]
    assert len({one["key"], changed["key"], other["key"]}) == 3


async def test_a_list_is_read_no_further_than_asked() -> None:
    assert [page async for page in caller().pages("/pages", most=3)] == [[0], [1], [2]]


async def test_a_known_problem_is_explained_in_the_persons_language() -> None:
    found = await trouble("/refused")
    assert found.slug == "complaint-four-eyes"
    assert explained(CHINESE, found)[0] == "须由第二人办理"
    assert explained(ENGLISH, found)[0] == "This needs a second person"


async def test_wrong_fields_are_named() -> None:
    title, advice = explained(CHINESE, await trouble("/things"))
    assert title == "填写内容不符合要求"
    assert "理由" in advice


async def test_an_unknown_problem_is_told_in_the_services_own_sentence() -> None:
    assert "Something that came later." in explained(ENGLISH, await trouble("/new-problem"))[1]


async def test_a_service_that_is_away_or_unknown_is_said_to_be() -> None:
    away = Caller(Service.at("strategy", "http://127.0.0.1:1"), Credential("rk_me"))
    with pytest.raises(Trouble) as raised:
        await away.get("/cases")
    assert "策略服务没有应答" in explained(CHINESE, raised.value)[0]
    with pytest.raises(Trouble) as raised:
        await Caller(Service.at("strategy", None), Credential("rk_me")).get("/cases")
    assert raised.value.slug == "unset"


def test_facts_are_said_with_the_words_of_their_lists_and_times_on_the_consoles_clock() -> None:
    facts = {
        "hold": "manual",
        "since": "2026-03-06T18:30:00+00:00",
        "local": "2026-03-07T02:30:00",
        "arrears": {"CNY": "550.64"},
        "odd_one": ["a", "b"],
        "empty": None,
    }
    assert told(CHINESE, facts, facts) == (
        "停催 人工停催 · 自 2026-03-07 02:30 · 当地时间 2026-03-07 02:30 · 逾期 ¥550.64 · odd one a, b"
    )
