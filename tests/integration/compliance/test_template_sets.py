"""Many templates in one request: all of them or none, and two persons still."""

from tests.integration.compliance.test_templates import CLEAN, SUMMONS, Desk, desk

__all__ = ["desk"]

MAIL = CLEAN | {"channel": "email", "subject": "还款提醒"}


async def test_a_set_is_submitted_in_one_request_and_approved_in_another(desk: Desk) -> None:
    answer = await desk.post("author", "/template-submissions", {"templates": [CLEAN, MAIL]})
    assert answer.status_code == 200, answer.text
    names = [{"template_id": one["template_id"], "version": one["version"]} for one in answer.json()["items"]]
    assert [one["version"] for one in names] == [1, 2]
    assert {one["state"] for one in answer.json()["items"]} == {"submitted"}
    approved = await desk.post("approver", "/template-approvals", {"versions": names})
    assert [one["state"] for one in approved.json()["items"]] == ["approved", "approved"]
    assert [event["channel"] for event in await desk.house.emitted("template.approved")] == ["sms", "email"]
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    assert kinds == ["template_drafted"] * 2 + ["template_submitted"] * 2 + ["template_approved"] * 2


async def test_of_a_set_with_a_forbidden_word_nothing_is_kept(desk: Desk) -> None:
    other = SUMMONS | {"template_id": "reminder_second"}
    answer = await desk.post("author", "/template-submissions", {"templates": [CLEAN, other]})
    assert answer.status_code == 422
    assert answer.json()["template"] == "reminder_second"
    assert (await desk.get("/templates"))["items"] == []
    assert await desk.house.leaves() == []


async def test_of_a_set_with_an_unknown_variable_nothing_is_kept(desk: Desk) -> None:
    other = CLEAN | {"template_id": "reminder_second", "variables": ["institution"]}
    answer = await desk.post("author", "/template-submissions", {"templates": [CLEAN, other]})
    assert (answer.status_code, answer.json()["template"]) == (422, "reminder_second")
    assert (await desk.get("/templates"))["items"] == []


async def test_who_submitted_one_of_a_set_approves_none_of_it(desk: Desk) -> None:
    await desk.post("author", "/template-submissions", {"templates": [CLEAN]})
    await desk.post("both", "/template-submissions", {"templates": [MAIL]})
    versions = [{"template_id": "reminder_first", "version": number} for number in (1, 2)]
    answer = await desk.post("both", "/template-approvals", {"versions": versions})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("second-person-needed")
    assert {one["state"] for one in (await desk.get("/templates"))["items"]} == {"submitted"}
    assert await desk.house.emitted("template.approved") == []


async def test_of_two_versions_of_one_text_in_a_set_the_last_is_in_use(desk: Desk) -> None:
    newer = CLEAN | {"body": "【{institution}】{arrears}已逾期,请还款。{opt_out}"}
    await desk.post("author", "/template-submissions", {"templates": [CLEAN, newer]})
    versions = [{"template_id": "reminder_first", "version": number} for number in (1, 2)]
    answer = await desk.post("approver", "/template-approvals", {"versions": versions})
    assert [one["state"] for one in answer.json()["items"]] == ["retired", "approved"]
    assert [event["version"] for event in await desk.house.emitted("template.approved")] == [1, 2]
    assert [event["version"] for event in await desk.house.emitted("template.retired")] == [1]
