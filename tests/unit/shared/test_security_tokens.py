"""API keys and bearer tokens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from shared.security.api_keys import ApiKeys, api_keys_json, digest_of, new_api_key
from shared.security.principals import Principal
from shared.security.tokens import (
    Algorithm,
    InvalidTokenError,
    TokenVerifier,
    import_key,
    issue_token,
    new_key_pair,
)

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_SECRET = "s" * 32
_ANN = Principal("ann", frozenset({"cases:read", "cases:write"}), frozenset({"agent"}))
_COMMON = {"issuer": "https://issuer.example", "audience": "recoup"}


def _issue(key=_SECRET, algorithm=Algorithm.HS256, **changes):
    return issue_token(_ANN, key=key, algorithm=algorithm, now=_NOW, **(_COMMON | changes))


def _verifier(key=_SECRET, algorithm=Algorithm.HS256):
    return TokenVerifier(key=key, algorithm=algorithm, **_COMMON)


def test_an_api_key_is_found_by_its_digest_only():
    key = new_api_key()
    text = api_keys_json({key: _ANN})
    assert key not in text
    assert digest_of(key) in text
    keys = ApiKeys.from_json(text)
    assert keys.principal(key) == _ANN
    assert keys.principal(digest_of(key)) is None
    assert keys.principal("é\udc80".encode(errors="replace").decode()) is None


@pytest.mark.parametrize(
    "text", ["", "[]", '{"x": {"subject": "a", "scopes": []}}', '{"%s": {}}' % ("a" * 64)]
)
def test_api_keys_that_are_not_configured_rightly_are_refused(text):
    with pytest.raises(ValueError, match="API keys"):
        ApiKeys.from_json(text)


def test_a_principal_names_the_scopes_it_misses():
    assert _ANN.missing(["cases:read", "b:c", "a:b"]) == ["a:b", "b:c"]
    assert Principal("root", frozenset({"*"})).missing(["a:b"]) == []


def test_a_token_gives_back_its_principal_with_either_algorithm():
    assert _verifier().verify(_issue(), _NOW) == _ANN
    private, public = new_key_pair()
    token = _issue(private, Algorithm.EDDSA)
    assert _verifier(public, Algorithm.EDDSA).verify(token, _NOW) == _ANN


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_the_older_name_of_the_ed25519_signature_is_accepted():
    private, public = new_key_pair()
    claims = {"iss": _COMMON["issuer"], "aud": ["other", "recoup"], "sub": "ann", "exp": 10**11}
    token = jwt.encode({"alg": "EdDSA"}, claims, import_key(private, Algorithm.EDDSA), ["EdDSA"])
    assert _verifier(public, Algorithm.EDDSA).verify(token, _NOW).subject == "ann"


@pytest.mark.parametrize(
    ("token", "now"),
    [
        (_issue(), _NOW + timedelta(hours=2)),
        (_issue(issuer="https://other.example"), _NOW),
        (_issue(audience="other"), _NOW),
        (_issue(key="t" * 32), _NOW),
        (_issue()[:-2] + "xx", _NOW),
        ("", _NOW),
        ("a.b.c", _NOW),
        ("a" * 10_000, _NOW),
    ],
    ids=["expired", "issuer", "audience", "key", "signature", "empty", "nonsense", "long"],
)
def test_a_token_that_proves_nothing_is_refused(token, now):
    with pytest.raises(InvalidTokenError):
        _verifier().verify(token, now)


def test_the_public_key_is_not_taken_as_a_shared_secret():
    _, public = new_key_pair()
    forged = jwt.encode({"alg": "HS256"}, {"sub": "x"}, OctKey.import_key(public), ["HS256"])
    with pytest.raises(InvalidTokenError):
        _verifier(public, Algorithm.EDDSA).verify(forged, _NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "a\0b"},
        {"sub": 5},
        {"scope": ["a"]},
        {"roles": "x"},
    ],
)
def test_a_signed_token_with_unusable_claims_is_refused(change):
    claims = {"iss": _COMMON["issuer"], "aud": "recoup", "sub": "ann", "exp": 10**11} | change
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(_SECRET), ["HS256"])
    with pytest.raises(InvalidTokenError):
        _verifier().verify(token, _NOW)


@given(st.text())
def test_no_made_up_token_is_accepted(token):
    with pytest.raises(InvalidTokenError):
        _verifier().verify(token, _NOW)


def test_keys_that_do_not_fit_the_algorithm_are_refused_at_start():
    with pytest.raises(ValueError, match="32 bytes"):
        _verifier("short")
    for key in ("{}", "nonsense", '{"kty": "oct", "k": "AAAA"}', "{"):
        with pytest.raises(ValueError, match="Ed25519"):
            _verifier(key, Algorithm.EDDSA)
