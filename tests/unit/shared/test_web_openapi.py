"""The OpenAPI document says what the application does."""

import schemathesis
from hypothesis import HealthCheck, strategies
from hypothesis import settings as hypothesis_settings

from tests.unit.shared.web_toys import AS_WRITER, toy_app

_APP = toy_app()
_DOCUMENT = _APP.openapi()

schemathesis.openapi.format("cursor", strategies.just(""))
# A NUL in a text is refused for every operation, which JSON Schema has no short way to say.
_SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", _APP)
_SCHEMA.config.generation.update(allow_x00=False)


def test_every_operation_declares_its_problems_as_problem_json():
    post = _DOCUMENT["paths"]["/toys"]["post"]["responses"]
    assert set(post) == {"201", "400", "401", "403", "409", "413", "422", "503"}
    for status, response in post.items():
        media = "application/json" if status == "201" else "application/problem+json"
        assert list(response["content"]) == [media]
    assert "HTTPValidationError" not in _DOCUMENT["components"]["schemas"]


def test_open_operations_have_no_security_and_closed_ones_name_their_scopes():
    assert "security" not in _DOCUMENT["paths"]["/health/live"]["get"]
    security = _DOCUMENT["paths"]["/toys"]["get"]["security"]
    assert security == [{"ApiKey": ["toys:read"]}, {"Bearer": ["toys:read"]}]
    assert set(_DOCUMENT["components"]["securitySchemes"]) == {"ApiKey", "Bearer"}


def test_the_idempotency_key_is_declared_as_required():
    parameters = _DOCUMENT["paths"]["/toys"]["post"]["parameters"]
    (key,) = [parameter for parameter in parameters if parameter["name"] == "Idempotency-Key"]
    assert key["required"]
    assert key["schema"]["type"] == "string"


@_SCHEMA.parametrize()
@hypothesis_settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_requests_get_what_the_document_promises(case):
    case.call_and_validate(headers=AS_WRITER)
