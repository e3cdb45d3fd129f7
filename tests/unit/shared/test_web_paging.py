"""Keyset paging."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.paging import Paging, encode_cursor
from shared.web.problems import BadRequest
from tests.unit.shared.web_toys import AS_READER, client, toy_app


def _cursor(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


async def test_following_next_shows_every_item_once_in_order():
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 50}
    async with client(toy_app(), **AS_READER) as http:
        for _ in range(3):
            page = (await http.get("/toys", params=query)).json()
            seen += [item["toy_id"] for item in page["items"]]
            query["cursor"] = page["next"]
    assert seen == [f"toy-{n:03}" for n in range(120)]
    assert page["next"] is None


async def test_a_last_page_that_is_just_full_has_no_next():
    async with client(toy_app(), **AS_READER) as http:
        page = (await http.get("/toys", params={"limit": 120})).json()
    assert len(page["items"]) == 120
    assert page["next"] is None


async def test_the_limit_is_fifty_unless_said_and_two_hundred_at_most():
    async with client(toy_app(), **AS_READER) as http:
        assert len((await http.get("/toys")).json()["items"]) == 50
        for limit in ("0", "201", "-1", "x", "9" * 30):
            assert (await http.get("/toys", params={"limit": limit})).status_code == 422


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "====",
        "é",
        _cursor({}),
        _cursor([]),
        _cursor([1]),
        _cursor([1, "a", 2]),
        _cursor(["1", "a"]),
        _cursor([1.5, "a"]),
        _cursor([True, "a"]),
        _cursor([2**63, "a"]),
        _cursor([1, "a\0b"]),
        _cursor([1, None]),
        urlsafe_b64encode(b'[1,"\\ud800"]').decode(),
        urlsafe_b64encode(b"[" * 600).decode(),
    ],
)
async def test_a_cursor_that_is_not_one_of_this_list_is_a_bad_request(cursor):
    async with client(toy_app(), **AS_READER) as http:
        response = await http.get("/toys", params={"cursor": cursor})
    assert response.status_code == 400
    assert response.json()["type"] == "urn:recoup:problem:bad-cursor"


async def test_a_very_long_cursor_is_refused():
    async with client(toy_app(), **AS_READER) as http:
        assert (await http.get("/toys", params={"cursor": "A" * 2000})).status_code == 422


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.decimals(min_value=-(10**15), max_value=10**15, places=2),
    st.dates(),
)
def test_a_sort_key_comes_back_as_it_went_in(moment, amount, day):
    key = (moment, amount, day)
    assert Paging(1, encode_cursor(key)).after(datetime, Decimal, date) == key


@given(st.text(), st.sampled_from([str, int, bool, Decimal, date, datetime]))
def test_a_made_up_cursor_is_read_or_is_a_bad_request(text, kind):
    for cursor in (text, _cursor([text])):
        try:
            Paging(1, cursor).after(kind)
        except BadRequest:
            continue


@pytest.mark.parametrize(
    ("value", "kind"),
    [("NaN", Decimal), ("1e999999", Decimal), ("2026-01-01T00:00:00", datetime), ("2026-13-01", date)],
)
def test_values_that_a_database_would_refuse_are_bad_requests(value, kind):
    with pytest.raises(BadRequest):
        Paging(1, _cursor([value])).after(kind)
