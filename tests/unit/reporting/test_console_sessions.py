"""Sessions of the console: a person's own credential, sealed in the person's cookie."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.console.sessions import Sessions
from shared.security.api_keys import ApiKeys, api_keys_json
from shared.security.principals import Principal
from shared.security.tokens import Algorithm, TokenVerifier, issue_token, new_key_pair

NOW = datetime(2026, 5, 1, 12, 0, 7, tzinfo=UTC)
SETTING = api_keys_json(
    {
        "rk_reader": Principal("an officer", frozenset({"reporting:read", "log:read"})),
        "rk_stranger": Principal("stranger", frozenset({"intake:read"})),
        "rk_operator": Principal("operator", frozenset({"*"})),
    }
)
PRIVATE, PUBLIC = new_key_pair()
TOKENS = TokenVerifier(key=PUBLIC, algorithm=Algorithm.EDDSA, issuer="bank", audience="recoup")


def sessions(secret: str = "a secret of some length", setting: str = SETTING) -> Sessions:
    return Sessions(secret, setting, ApiKeys.from_json(setting), timedelta(hours=12), TOKENS)


def token(*scopes: str, hours: float = 1.0) -> str:
    return issue_token(
        Principal("zhang.san", frozenset(scopes)),
        key=PRIVATE,
        algorithm=Algorithm.EDDSA,
        issuer="bank",
        audience="recoup",
        lifetime=timedelta(hours=hours),
        now=NOW,
    )


def test_a_session_says_who_with_which_rights_and_until_when() -> None:
    session = sessions().read(sessions().open("rk_reader", NOW), NOW)
    assert session is not None
    assert (session.subject, session.expires) == (
        "an officer",
        int((NOW + timedelta(hours=12)).timestamp()),
    )
    assert session.may("log:read") and not session.may("compliance:write")
    assert session.credential.headers == {"X-API-Key": "rk_reader"}
    assert sessions().open("rk_operator", NOW) is not None


def test_a_token_opens_a_session_that_ends_with_the_token() -> None:
    given = token("reporting:read", "complaint:decide")
    cookie = sessions().open(given, NOW)
    session = sessions().read(cookie, NOW)
    assert session is not None
    assert (session.subject, session.may("complaint:decide")) == ("zhang.san", True)
    assert session.credential.headers == {"Authorization": f"Bearer {given}"}
    assert sessions().read(cookie, NOW + timedelta(hours=2)) is None
    assert sessions().open(token("intake:read"), NOW) is None
    assert sessions().open(given[:-4] + "AAAA", NOW) is None


@pytest.mark.parametrize("key", ["rk_stranger", "rk_nobody", ""])
def test_only_a_key_that_may_read_figures_opens_a_session(key: str) -> None:
    assert sessions().open(key, NOW) is None


def test_the_credential_is_neither_readable_in_the_cookie_nor_printed() -> None:
    cookie = sessions().open("rk_reader", NOW) or ""
    session = sessions().read(cookie, NOW)
    assert "rk_reader" not in cookie
    assert "rk_reader" not in repr(session)


def test_a_session_ends_with_its_time_its_secret_and_the_keys() -> None:
    cookie = sessions().open("rk_reader", NOW)
    assert sessions().read(cookie, NOW + timedelta(hours=12)) is None
    assert sessions("another secret, also long").read(cookie, NOW) is None
    fewer = api_keys_json({"rk_operator": Principal("operator", frozenset({"*"}))})
    assert sessions(setting=fewer).read(cookie, NOW) is None


@given(st.text(max_size=80) | st.just("a" * 5000))
def test_whatever_a_browser_sends_is_no_session(cookie: str) -> None:
    assert sessions().read(cookie, NOW) is None


def test_a_changed_cookie_is_no_session() -> None:
    cookie = sessions().open("rk_reader", NOW) or ""
    for place in range(len(cookie) - 1):  # the last character has bits that mean nothing
        other = "A" if cookie[place] != "A" else "B"
        assert sessions().read(cookie[:place] + other + cookie[place + 1 :], NOW) is None
