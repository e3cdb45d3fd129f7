"""`POST /events`: the same end as by Kafka, once, or an error that names index, field and remedy."""

import json
import random

import msgspec
import pytest

from tests.unit.intake.builders import at, closure, payment, reversal, snapshot
from tests.unit.intake.doors.fineract_messages import ADJUSTED, BALANCE, RANGE, REPAYMENT, message


def envelope(event, event_id, source="bank"):
    data = json.loads(msgspec.json.encode(event))
    return {"specversion": "1.0", "id": event_id, "source": source, "type": event.type_, "data": data}


BOOK = [
    snapshot((40, "100"), (10, "50")),
    payment("30"),
    payment("25", "P2", effective=at(2)),
    reversal("P2"),
    snapshot((70, "9"), account="A2", customer="C2"),
    closure(account="A3", customer="C3"),
]
ENVELOPES = [envelope(event, f"e{number}") for number, event in enumerate(BOOK)]


async def test_events_by_http_end_as_events_by_kafka_do_in_any_order(doors):
    shuffled = random.Random(7).sample(ENVELOPES, len(ENVELOPES))
    for part in (shuffled[:2], shuffled[2:]):
        answer = await doors.post(part)
        assert answer.status_code == 200
        assert answer.json() == {
            "accepted": len(part),
            "repeats": 0,
            "ignored": 0,
            "refused": 0,
            "errors": [],
        }
    by_http = await doors.state()
    await doors.emptied()
    received = [doors.intake.received(event, f"e{number}") for number, event in enumerate(BOOK)]
    await doors.intake.apply(received)
    assert await doors.state() == by_http


async def test_an_event_is_applied_once_whether_it_comes_by_http_or_by_kafka(doors):
    await doors.intake.apply([doors.intake.received(BOOK[0], "e0")])
    assert (await doors.post(ENVELOPES[:2])).json()["repeats"] == 1
    before, said = await doors.state(), await doors.announced()
    again = await doors.post([*ENVELOPES[:2], ENVELOPES[1]])
    assert (again.json()["accepted"], again.json()["repeats"]) == (0, 3)
    await doors.intake.apply([doors.intake.received(BOOK[1], "e1")])
    assert (await doors.state(), await doors.announced()) == (before, said)


async def test_the_place_of_http_sources_is_not_that_of_the_topic(doors):
    await doors.post(ENVELOPES[:1])
    assert await doors.intake.rows("SELECT source, topic, applied FROM source_progress") == [
        ("bank", "http", 1)
    ]


async def test_json_lines_are_taken_as_well(doors):
    body = "\n".join(json.dumps(each) for each in ENVELOPES) + "\n\n"
    answer = await doors.client.post(
        "/events", content=body, headers={"Content-Type": "application/x-ndjson; charset=utf-8"}
    )
    assert answer.json()["accepted"] == len(ENVELOPES)


WRONG = [
    ({"data": {}}, "data.account_id", "missing"),
    ({"type": "corebank.account.opened.v1"}, "type", "not an event type"),
    ({"time": "2026-03-31"}, "time", "offset"),
    ({"id": ""}, "id", "1 to 256"),
    ({"source": "s" * 300}, "source", "1 to 256"),
    ({"id": 7}, "id", "Expected `str`"),
    ({"data": {**ENVELOPES[0]["data"], "outstanding": "-5.00"}}, "data.outstanding", "negative"),
    ({"data": {**ENVELOPES[0]["data"], "as_of": "2025-13-01T00:00:00Z"}}, "data.as_of", "Invalid"),
    ({"data": {**ENVELOPES[0]["data"], "as_of": "2035-01-01T00:00:00Z"}}, "data.as_of", "in the future"),
    ({"data": {**ENVELOPES[0]["data"], "product": "王伟"}}, "data.product", "allowed words"),
    ({"data": {**ENVELOPES[0]["data"], "account_id": "A\0"}}, "data", "NUL"),
]


@pytest.mark.parametrize(("change", "field", "said"), WRONG)
async def test_a_wrong_event_is_named_by_index_field_and_remedy_and_nothing_is_applied(
    doors, change, field, said
):
    body = "\n".join(json.dumps(each) for each in (ENVELOPES[1], {**ENVELOPES[0], **change}))
    answer = await doors.client.post(
        "/events", content=body, headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:recoup:problem:events-refused"
    [error] = answer.json()["errors"]
    assert (error["index"], error["field"], said in error["message"]) == (1, field, True), error
    assert error["remedy"]
    assert "王伟" not in answer.text
    assert await doors.intake.rows("SELECT 1 FROM payment") == []


async def test_best_effort_applies_the_good_ones_and_tells_of_the_others(doors):
    await doors.post(ENVELOPES[:1])
    strange = [
        envelope(payment("1", "P7", customer="C9"), "x1"),  # the account is another customer's
        envelope(payment("30"), "x2"),
        envelope(payment("31"), "x3"),  # the same payment with another amount
        {"id": "x4"},
        "x5",
        envelope(payment("1", "P8", currency="USD"), "x6"),
    ]
    answer = (await doors.post(strange, mode="best_effort")).json()
    assert (answer["accepted"], answer["refused"]) == (1, 5)
    assert [(each["index"], each["field"]) for each in answer["errors"]] == [
        (0, "data.account_id"),
        (2, "data.payment_id"),
        (3, "source"),
        (4, "event"),
        (5, "data.payment_id"),
    ]
    assert await doors.intake.rows("SELECT payment_id, amount::text FROM payment") == [("P1", "30.00")]


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"{}", "application/json", "no JSON array"),
        (b"[", "application/json", "no JSON array"),
        (b"[]", "application/json", "no event"),
        (b"\n", "application/x-ndjson", "no event"),
        (b"{}\n" * 2001, "application/x-ndjson", "at most 2000"),
        (b"\xff", "application/json", "no JSON array"),
    ],
)
async def test_a_body_that_is_no_batch_is_refused(doors, body, kind, said):
    answer = await doors.client.post("/events", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, said in answer.json()["detail"]) == (400, True)


async def test_the_doors_are_closed_to_who_may_only_read(doors):
    for path in ("/events", "/events/fineract", "/uploads"):
        answer = await doors.client.post(path, json=[], headers={"X-API-Key": "reader"})
        assert answer.status_code == 403
        answer = await doors.client.post(path, json=[], headers={"X-API-Key": "nobody"})
        assert answer.status_code == 401


async def test_fineracts_messages_end_in_the_book(doors):
    fineract = [
        message("LoanBalanceChangedBusinessEvent", BALANCE, createdAt="2025-03-09T08:00:00"),
        message("LoanTransactionMakeRepaymentPostBusinessEvent", REPAYMENT, id=901),
        message("ClientCreateBusinessEvent", {"id": 1}),
        message("LoanDelinquencyRangeChangeBusinessEvent", {**RANGE, "loanId": 43}),
        message("LoanBalanceChangedBusinessEvent", {**BALANCE, "clientId": None}, idempotencyKey="k2"),
        {"id": 1},
    ]
    answer = (await doors.client.post("/events/fineract", json=fineract)).json()
    assert (answer["accepted"], answer["ignored"], answer["refused"]) == (2, 1, 3)
    assert [(each["index"], each["field"]) for each in answer["errors"]] == [
        (3, "data.loanId"),
        (4, "data.clientId"),
        (5, "source"),
    ]
    [row] = await doors.intake.rows("SELECT account_id, customer_id, arrears::text FROM account")
    assert row == ("fineract-default-42", "fineract-default-c7", "89.50")
    again = (await doors.client.post("/events/fineract", json=fineract)).json()
    assert (again["accepted"], again["repeats"]) == (0, 2)


async def test_fineracts_new_arrears_take_the_balance_on_file_and_an_adjustment_undoes_a_payment(doors):
    first = message("LoanBalanceChangedBusinessEvent", BALANCE, createdAt="2025-03-09T08:00:00")
    await doors.client.post("/events/fineract", json=[first])
    later = [
        message("LoanTransactionMakeRepaymentPostBusinessEvent", REPAYMENT, id=901),
        message("LoanAdjustTransactionBusinessEvent", ADJUSTED, id=902),
        message("LoanDelinquencyRangeChangeBusinessEvent", RANGE, id=903),
    ]
    answer = (await doors.client.post("/events/fineract", json=later)).json()
    assert answer["accepted"] == 4, answer
    [row] = await doors.intake.rows("SELECT arrears::text, outstanding::text FROM account")
    assert row == ("310.50", "4800.00")
    rows = await doors.intake.rows("SELECT payment_id, reversed_at IS NULL FROM payment ORDER BY 1")
    assert rows == [("fineract-default-t77", False), ("fineract-default-t78", True)]
