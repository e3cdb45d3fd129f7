"""Uploads from the API to the book: whole or as far as possible, once, and on after a kill."""

import asyncio
import io
import json

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import text

from services.intake.uploads import working
from services.intake.uploads.working import UploadWorks
from tests.unit.intake.doors.test_rows import HEADER, PEOPLE, ROW

PAYMENTS = "payment_id,account_id,customer_id,amount,currency,effective_at\n"


def book(count, start=1):
    rows = (
        ROW.replace("A1", f"A{number}").replace("C1", f"C{number % 5}") for number in range(start, count + 1)
    )
    return HEADER + "".join(rows)


async def accounts(doors):
    return await doors.intake.rows("SELECT account_id, overdue, arrears::text FROM account ORDER BY 1")


async def test_a_file_is_kept_sealed_until_a_worker_applies_it_and_then_dropped(doors):
    taken = await doors.upload(HEADER + ROW)
    assert taken.status_code == 202
    assert taken.json()["status"] == "waiting"
    [(sealed,)] = await doors.intake.rows("SELECT sealed FROM upload_chunk")
    assert "credit_card" not in sealed
    done = await doors.worked_off(HEADER + ROW)
    assert (done["status"], done["applied"], done["refused"], done["lines"]) == ("done", 1, 0, 2)
    assert await accounts(doors) == [("A1", True, "30.00")]
    assert await doors.intake.rows("SELECT 1 FROM upload_chunk") == []
    assert (await doors.announced())["overdue.detected.v1"] == 1


async def test_the_same_file_again_is_the_same_upload_and_changes_nothing(doors):
    first = await doors.worked_off(book(4))
    again = await doors.upload(book(4))
    assert (again.status_code, again.json()) == (200, first)
    other = await doors.worked_off(book(4) + ROW.replace("A1", "A9"), mode="best_effort")
    assert other["upload_id"] != first["upload_id"]
    assert (other["applied"], other["repeats"]) == (1, 4)


async def test_a_file_of_each_format_ends_in_the_same_book(doors):
    rows = [line.split(",") for line in book(7).split()]
    sheet, file = Workbook(), io.BytesIO()
    for row in rows:
        sheet.active.append(row)
    sheet.save(file)
    lines = "\n".join(json.dumps(dict(zip(rows[0], row, strict=True))) for row in rows[1:])
    books = []
    for content in (book(7).encode(), lines.encode(), file.getvalue()):
        done = await doors.worked_off(content, name="book", mode="best_effort")
        assert (done["status"], done["applied"]) == ("done", 7)
        books.append(await doors.state())
        await doors.emptied()
    assert books[0] == books[1] == books[2]


async def test_rows_that_are_wrong_are_left_out_by_best_effort_and_told_by_line(doors):
    content = book(4) + ROW.replace("30.00", "-30.00") + ROW.replace("2025-02-01", "2025-02-30") + ROW
    done = await doors.worked_off(content, mode="best_effort")
    assert (done["status"], done["applied"], done["repeats"], done["refused"]) == ("done", 4, 1, 2)
    assert [(line, field) for line, field, _ in await doors.errors(done)] == [
        (6, "arrears"),
        (7, "due_date"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "field", "said"),
    [
        (HEADER.encode() + ROW.encode() * 2 + ROW.replace("A1", "王").encode("gb18030") + "伟\n".encode(), 4,
         "encoding", "mixes"),
        (HEADER + ROW + ROW.replace("2025-02-01", "31.02.2025"), 3, "due_date", "not a date"),
        (HEADER + ROW + ROW.replace("100.00", "-1.00"), 3, "outstanding", "negative"),
        (HEADER.replace("arrears", "outstanding") + ROW, 1, "outstanding", "more than once"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["all_or_nothing", "best_effort"])
async def test_bad_input_is_told_with_line_field_and_remedy_and_the_book_stays_in_force(
    doors, content, line, field, said, mode
):
    await doors.worked_off(HEADER + ROW.replace("30.00", "20.00"))
    before, announced = await doors.state(), await doors.announced()
    done = await doors.worked_off(content, mode=mode)
    [found] = [each for each in await doors.errors(done) if each[0] == line]
    assert (found[1], said in found[2]) == (field, True)
    whole = mode == "all_or_nothing" or (field in ("encoding", "outstanding") and line == 1)
    if whole or field == "encoding":
        assert done["status"] == "refused"
        assert (await doors.state(), await doors.announced()) == (before, announced)
    else:
        assert (done["status"], done["applied"], done["refused"]) == ("done", 1, 1)


async def test_an_error_that_shows_only_in_the_book_refuses_all_of_a_whole_file(doors):
    await doors.worked_off(HEADER + ROW)
    strangers = ROW.replace("C1", "C2")
    refused = await doors.worked_off(book(9, start=2) + strangers)
    assert (refused["status"], refused["applied"], refused["refused"]) == ("refused", 0, 1)
    assert await doors.errors(refused) == [(10, "account_id", "account A1 belongs to customer C1, not to C2")]
    assert len(await accounts(doors)) == 1
    partly = await doors.worked_off(book(9, start=2) + strangers, mode="best_effort")
    assert (partly["status"], partly["applied"], partly["refused"]) == ("done", 8, 1)


async def test_a_refused_file_is_tried_again_when_it_is_uploaded_again(doors):
    await doors.worked_off(HEADER + ROW)
    strangers = HEADER + ROW.replace("C1", "C2")
    refused = await doors.worked_off(strangers)
    assert refused["status"] == "refused"
    await doors.emptied()
    done = await doors.worked_off(strangers)
    assert (done["upload_id"], done["status"]) == (refused["upload_id"], "done")
    assert await doors.errors(done) == []


async def test_a_kill_between_batches_loses_and_doubles_nothing(doors, monkeypatch):
    done = {"batches": 0}
    settle = working._Job._settle

    async def dies_in_the_third(job, batch, position, work):
        settled = await settle(job, batch, position, work)
        done["batches"] += 1
        if done["batches"] == 3:
            raise asyncio.CancelledError
        return settled

    content = book(10)
    taken = await doors.upload(content, mode="best_effort")
    monkeypatch.setattr(working._Job, "_settle", dies_in_the_third)
    with pytest.raises(asyncio.CancelledError):
        await doors.works.step()
    shown = (await doors.client.get(taken.headers["location"])).json()
    assert (shown["status"], shown["line"], shown["applied"]) == ("working", 7, 6)
    monkeypatch.setattr(working._Job, "_settle", settle)
    finished = await doors.worked_off(content, mode="best_effort")
    assert (finished["status"], finished["applied"], finished["repeats"]) == ("done", 10, 0)
    assert len(await accounts(doors)) == 10


async def test_two_workers_do_not_do_the_same_upload(doors, runtime):
    for number in range(3):
        await doors.upload(book(7, start=number + 1) + ROW, mode="best_effort")
    other = UploadWorks(runtime, batch=2)

    async def until_idle(works):
        while await works.step():
            pass

    await asyncio.gather(until_idle(doors.works), until_idle(other))
    rows = await doors.intake.rows("SELECT status, applied + repeats, refused FROM upload")
    assert sorted(rows) == [("done", 6, 0), ("done", 7, 0), ("done", 8, 0)]
    assert (await doors.announced())["overdue.detected.v1"] == 7


async def test_a_worker_that_lost_its_lock_changes_nothing_behind_the_others_back(doors):
    taken = await doors.upload(book(7), mode="best_effort")
    settle = working._Job._settle

    async def overtaken(job, batch, position, work):
        async with doors.intake.engine.begin() as connection:
            await connection.execute(text("UPDATE upload SET position = position + 1"))
        return await settle(job, batch, position, work)

    job = pytest.MonkeyPatch()
    with job.context() as patch:
        patch.setattr(working._Job, "_settle", overtaken)
        await doors.works.step()
    assert await accounts(doors) == []
    assert (await doors.client.get(taken.headers["location"])).json()["applied"] == 0


async def test_a_defect_stops_its_upload_and_not_those_behind_it(doors, monkeypatch):
    broken = await doors.upload(HEADER + ROW)
    with monkeypatch.context() as patch:
        patch.setattr(working, "open_rows", lambda *_: 1 / 0)
        await doors.works.step()
    shown = (await doors.client.get(broken.headers["location"])).json()
    assert shown["status"] == "failed"
    assert await doors.errors(shown) == [(0, "file", "the file could not be worked off (ZeroDivisionError)")]
    assert (await doors.worked_off(HEADER + ROW))["status"] == "done"


async def test_too_many_rows_for_one_transaction_are_refused_with_the_way_out(doors, monkeypatch):
    monkeypatch.setattr(working, "MOST_AT_ONCE", 3)
    refused = await doors.worked_off(book(4))
    assert refused["status"] == "refused"
    [(_, field, message)] = await doors.errors(refused)
    assert (field, "at most 3 rows" in message) == ("file", True)
    assert (await doors.worked_off(book(4), mode="best_effort"))["status"] == "done"


async def test_customers_come_with_their_persons_and_nothing_of_them_is_in_clear(doors):
    content = PEOPLE + "C1,1,N1,debtor,+8613800000000\nC1,1,N2,guarantor,\nC2,1,N3,nobody,\n"
    done = await doors.worked_off(content, kind="customers", mode="best_effort")
    assert (done["applied"], done["refused"]) == (1, 1)
    assert [(line, field) for line, field, _ in await doors.errors(done)] == [(4, "role")]
    assert await doors.intake.rows("SELECT person_id, role FROM party ORDER BY 1") == [
        ("N1", "debtor"),
        ("N2", "guarantor"),
    ]


async def test_payments_by_file_reduce_what_is_owed(doors):
    await doors.worked_off(HEADER + ROW)
    row = "P1,A1,C1,12.50,CNY,2025-03-11T09:00:00+08:00\n"
    await doors.worked_off(PAYMENTS + row, kind="payments")
    assert await accounts(doors) == [("A1", True, "17.50")]


async def test_errors_are_paged_and_downloadable_as_csv_without_formulas(doors):
    header = HEADER.replace("product", "=product")
    bad = "".join(ROW.replace("credit_card", f"x{number}") for number in range(5))
    done = await doors.worked_off(
        header + bad, mode="best_effort", mapping={"columns": {"product": "=product"}}
    )
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await doors.client.get(f"/uploads/{done['upload_id']}/errors", params=query)).json()
        seen += [each["line"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [2, 3, 4, 5, 6]
    download = await doors.client.get(f"/uploads/{done['upload_id']}/errors.csv")
    lines = download.text.lstrip("\ufeff").splitlines()
    assert lines[0] == "line,field,message,remedy"
    assert len(lines) == 6
    assert all(line.split(",")[1] == "'=product" for line in lines[1:])


async def test_a_file_above_the_limit_is_refused_and_one_above_the_apis_own_limit_is_not(doors):
    large = HEADER + ROW * 30_000
    assert 1 << 20 < len(large) < 3 << 20
    assert (await doors.upload(large, mode="best_effort")).status_code == 202
    refused = await doors.upload(HEADER + ROW * 60_000)
    assert refused.status_code == 413

    async def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        while True:
            yield b"x" * 65_536

    answer = await doors.client.post(
        "/uploads", content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"kind": "debts"}, "document.kind"),
        ({"colour": "red"}, "document.colour"),
        ({"mapping": {"dates": 7}}, "document.mapping.dates"),
        ({"mapping": {"zone": "Mars/Base"}}, "document.mapping"),
        ({"mapping": {"columns": {"balance": "B"}}}, "document.mapping.columns.balance"),
    ],
)
async def test_a_mapping_that_does_not_fit_is_refused_by_its_member_and_nothing_is_kept(
    doors, document, field
):
    answer = await doors.upload(HEADER + ROW, **document)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await doors.intake.rows("SELECT 1 FROM upload") == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\na\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
async def test_what_is_no_such_form_is_a_bad_request(doors, body, kind):
    answer = await doors.client.post("/uploads", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:recoup:problem:no-form")


async def test_uploads_are_listed_latest_first_and_templates_can_be_downloaded(doors):
    for count in (1, 2, 3):
        await doors.upload(book(count))
    page = (await doors.client.get("/uploads", params={"limit": 2})).json()
    rest = (await doors.client.get("/uploads", params={"limit": 2, "cursor": page["next"]})).json()
    assert len({each["upload_id"] for each in page["items"] + rest["items"]}) == 3
    assert (await doors.client.get("/uploads/upload-none")).status_code == 404
    form = await doors.client.get("/upload-templates/payments.xlsx")
    sheet = load_workbook(io.BytesIO(form.content)).active
    assert [cell.value for cell in sheet[1]][:2] == ["payment_id", "account_id"]
    csv_form = (await doors.client.get("/upload-templates/accounts.csv")).text
    assert csv_form.lstrip("\ufeff").startswith("account_id,customer_id,product")
    assert (await doors.client.get("/upload-templates/accounts.jsonl")).status_code == 404
