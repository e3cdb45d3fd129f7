"""Who may call what."""

from datetime import timedelta

import pytest
from fastapi import APIRouter

from shared.security.principals import Principal
from shared.security.signing import SIGNATURE_HEADER, WebhookSigner
from shared.security.tokens import Algorithm, issue_token
from tests.unit.shared.web_toys import AS_READER, AS_WRITER, SECRET, WEBHOOK_KEY, client, settings, toy_app


def _bearer(scopes: set[str], **changes) -> dict[str, str]:
    given = {
        "key": SECRET,
        "algorithm": Algorithm.HS256,
        "issuer": "https://issuer.example",
        "audience": "recoup",
    }
    token = issue_token(Principal("ann", frozenset(scopes)), **(given | changes))
    return {"Authorization": f"Bearer {token}"}


async def test_a_route_is_closed_without_a_credential():
    async with client(toy_app()) as http:
        response = await http.get("/toys")
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["type"] == "urn:recoup:problem:unauthorized"


async def test_an_api_key_and_a_token_open_it():
    async with client(toy_app()) as http:
        assert (await http.get("/toys", headers=AS_READER)).status_code == 200
        assert (await http.get("/toys", headers=_bearer({"toys:read"}))).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "rk_wrong"},
        {"X-API-Key": ""},
        {"X-API-Key": "rk_wrong"} | _bearer({"toys:read"}),
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer x"},
        _bearer({"toys:read"}, lifetime=timedelta(seconds=-60)),
        _bearer({"toys:read"}, audience="other"),
        _bearer({"toys:read"}, key="t" * 32),
    ],
)
async def test_a_credential_that_proves_nothing_is_refused(headers):
    async with client(toy_app()) as http:
        response = await http.get("/toys", headers=headers)
    assert response.status_code == 401
    assert "www-authenticate" in response.headers


@pytest.mark.parametrize("headers", [AS_READER, _bearer({"toys:read", "other:write"})])
async def test_a_missing_scope_is_named(headers):
    async with client(toy_app(), **headers) as http:
        response = await http.delete("/toys/toy-001")
    assert response.status_code == 403
    assert response.json()["scopes"] == ["toys:write"]


async def test_tokens_are_refused_where_none_are_configured():
    app = toy_app(settings=settings(jwt_key=None))
    async with client(app) as http:
        assert (await http.get("/toys", headers=_bearer({"toys:read"}))).status_code == 401
        assert (await http.get("/toys", headers=AS_READER)).status_code == 200


async def test_health_and_metrics_are_open():
    async with client(toy_app()) as http:
        for path in ("/health/live", "/health/ready", "/metrics", "/openapi.json"):
            assert (await http.get(path)).status_code == 200


def test_an_application_with_a_route_that_says_nothing_is_not_built():
    inner, outer = APIRouter(prefix="/b"), APIRouter(prefix="/a")

    @inner.get("/forgotten", include_in_schema=False)
    async def forgotten() -> None: ...

    outer.include_router(inner)
    with pytest.raises(RuntimeError, match="GET /a/b/forgotten"):
        toy_app([outer])


async def test_the_body_of_a_signed_webhook_is_accepted_and_another_is_not():
    signer = WebhookSigner([WEBHOOK_KEY.encode()])
    header = {SIGNATURE_HEADER: signer.sign(b'{"a": 1}')}
    async with client(toy_app()) as http:
        good = await http.post("/trouble/hook", content=b'{"a": 1}', headers=header)
        assert good.json() == {"size": 8}
        for content, headers in ((b'{"a": 2}', header), (b'{"a": 1}', {}), (b'{"a": 1}', AS_WRITER)):
            response = await http.post("/trouble/hook", content=content, headers=headers)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith("Signature")
