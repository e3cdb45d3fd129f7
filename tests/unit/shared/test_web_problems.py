"""Errors, limits and what surrounds a request."""

import io
import json
import logging

import httpx
import pytest
from prometheus_client import REGISTRY

from shared.telemetry.logs import configure_logging
from tests.unit.shared.web_toys import AS_READER, AS_WRITER, client, toy_app


@pytest.fixture
def app():
    return toy_app()


@pytest.fixture
def logged():
    root = logging.getLogger()
    before = root.handlers, root.level
    configure_logging("toys", "api")
    output = io.StringIO()
    root.handlers[0].setStream(output)
    yield lambda: [json.loads(line) for line in output.getvalue().splitlines()]
    root.handlers, root.level = before


def _problem(response: httpx.Response, status: int, slug: str) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["type"], body["status"]) == (f"urn:recoup:problem:{slug}", status)
    return body


async def test_a_missing_thing_a_missing_path_and_a_missing_method_are_problems(app):
    async with client(app, **AS_READER) as http:
        found = _problem(await http.get("/toys/other"), 404, "not-found")
        assert found["detail"] == "There is no such toy."
        _problem(await http.get("/nowhere"), 404, "not-found")
        refused = await http.put("/toys/toy-001")
        _problem(refused, 405, "method-not-allowed")
        assert refused.headers["allow"] == "DELETE, GET"


async def test_invalid_fields_are_listed_without_repeating_what_was_sent(app):
    async with client(app, **AS_WRITER) as http:
        sent = {"label": "13812345678" * 9, "size": "ann@example.org"}
        response = await http.post("/toys", json=sent, headers={"Idempotency-Key": "k"})
    body = _problem(response, 422, "validation")
    assert {item["field"] for item in body["errors"]} == {"body.label", "body.size"}
    assert "13812345678" not in response.text
    assert "ann@example.org" not in response.text


@pytest.mark.parametrize(
    ("size", "status"), [("5", 201), ("5.0", 201), ('"5"', 422), ("true", 422), ("1e99", 422)]
)
async def test_a_whole_number_is_what_its_schema_says(app, size, status):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    async with client(app, **AS_WRITER) as http:
        response = await http.post("/toys", content=f'{{"label": "x", "size": {size}}}', headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"label": "\\ud800", "size": 1}', b"[" * 100_000])
async def test_a_body_that_is_not_valid_json_is_a_client_error(app, content):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    async with client(app, **AS_WRITER) as http:
        response = await http.post("/toys", content=content, headers=headers)
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_conflict_carries_its_type_and_extensions(app):
    async with client(app, **AS_WRITER) as http:
        response = await http.post("/toys", json={"label": "x", "size": 13}, headers={"Idempotency-Key": "k"})
    assert _problem(response, 409, "unlucky")["least"] == 14


async def test_a_defect_is_a_500_without_details_and_is_logged_with_its_request_id(app, logged):
    async with client(app) as http:
        response = await http.get("/trouble/crash?phone=13812345678")
    _problem(response, 500, "internal")
    assert "Zero" not in response.text
    lines = {line["event"]: line for line in logged()}
    assert "ZeroDivisionError" in lines["unhandled_exception"]["exception"]
    assert lines["unhandled_exception"]["request_id"] == response.headers["x-request-id"]
    assert lines["http_request"]["status"] == 500


async def test_a_lost_database_is_a_503_and_a_wrong_query_is_a_defect(app):
    async with client(app) as http:
        response = await http.get("/trouble/database")
        _problem(response, 503, "unavailable")
        assert int(response.headers["retry-after"]) > 0
        _problem(await http.get("/trouble/query"), 500, "internal")


@pytest.mark.parametrize(
    "target", ["/toys/a%00b", "/toys/%ff", "/toys?cursor=%00", "/toys?cursor=%ED%A0%80", "/toys?%c3=1"]
)
async def test_nul_characters_and_broken_utf8_in_the_address_are_bad_requests(app, target):
    async with client(app, **AS_READER) as http:
        _problem(await http.get(target), 400, "invalid-text")


async def test_a_chinese_address_is_welcome(app):
    async with client(app, **AS_READER) as http:
        _problem(await http.get("/toys/玩具?cursor="), 404, "not-found")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"label": "a\\u0000b", "size": 1}', 400), (b'{"label": "a\\\\u0000b", "size": 1}', 201)],
)
async def test_an_escaped_nul_in_a_json_body_is_found_and_a_backslash_is_not_one(app, body, status):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    async with client(app, **AS_WRITER) as http:
        response = await http.post("/toys", content=body, headers=headers)
    assert response.status_code == status


async def test_a_body_over_the_limit_is_refused_whether_its_length_is_declared_or_not():
    async def chunks():
        for _ in range(30):
            yield b" " * 1000

    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    async with client(toy_app(body_limit=20_000), **AS_WRITER) as http:
        for content in (b" " * 20_001, chunks()):
            response = await http.post("/toys", content=content, headers=headers)
            _problem(response, 413, "too-large")
        fits = b'{"label": "x", "size": 1' + b" " * 19_000 + b"}"
        assert (await http.post("/toys", content=fits, headers=headers)).status_code == 201


async def test_every_response_has_security_headers_and_a_request_id(app):
    async with client(app) as http:
        for path in ("/health/live", "/nowhere", "/trouble/crash", "/toys/%00"):
            headers = (await http.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert "default-src 'none'" in headers["content-security-policy"]
            assert len(headers["x-request-id"]) == 32


async def test_the_callers_request_id_and_trace_are_kept_where_they_are_valid(app, logged):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    async with client(app) as http:
        good = await http.get("/nowhere", headers={"X-Request-ID": "caller-12345", "traceparent": trace})
        bad = await http.get("/nowhere", headers={"X-Request-ID": "a b\tc", "traceparent": "x"})
    assert good.headers["x-request-id"] == "caller-12345"
    assert bad.headers["x-request-id"] != "a b\tc"
    first, second = logged()
    assert first["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736" != second["trace_id"]


async def test_the_access_log_names_the_route_and_nothing_that_the_caller_typed(app, logged):
    async with client(app, **AS_READER) as http:
        await http.get("/toys/zhangsan?q=lisi")
        await http.get("/health/live")
    (line,) = logged()
    assert (line["event"], line["method"], line["route"]) == ("http_request", "GET", "/toys/{toy_id}")
    assert "zhangsan" not in json.dumps(line)
    assert "lisi" not in json.dumps(line)


async def test_requests_are_counted_by_route_template(app):
    labels = {"service": "toys", "method": "GET", "route": "/toys/{toy_id}", "status": "200"}
    name = "http_request_duration_seconds_count"
    before = REGISTRY.get_sample_value(name, labels) or 0
    async with client(app, **AS_READER) as http:
        await http.get("/toys/toy-001")
        page = await http.get("/metrics")
    assert REGISTRY.get_sample_value(name, labels) == before + 1
    assert page.headers["content-type"].startswith("text/plain")
    assert "event_loop_lag_seconds" in page.text
