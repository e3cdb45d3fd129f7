"""Templates: clean words, known variables, a second person, and a leaf for every act."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.compliance.api.templates import templates_router
from shared.lint.linter import Linter
from shared.lint.phrase_files import SHIPPED, linter_of, shipped
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.web.app import create_app
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, new_house

KEYS = {
    "author": ("rk_author-author-author", {"templates:write", "compliance:read"}),
    "approver": ("rk_approver-approver-approver", {"templates:approve", "compliance:read"}),
    "editor": ("rk_editor-editor-editor", {"templates:write", "templates:approve"}),
    "both": ("rk_both-both-both-both", {"templates:write", "templates:approve", "compliance:read"}),
}
CLEAN = {
    "template_id": "reminder_first",
    "language": "zh-CN",
    "channel": "sms",
    "countries": ["CN"],
    "body": "【{institution}】您的账户有{arrears}已逾期,请尽快还款。{opt_out}",
    "variables": ["institution", "arrears", "opt_out"],
}
SUMMONS = CLEAN | {"body": "【{institution}】{arrears}:法 院 传 票,请到庭应诉。{opt_out}"}


@dataclass
class Desk:
    """The API, called by several people."""

    house: House
    linter: Linter = field(default_factory=shipped)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        runtime = self.house.runtime()
        app = create_app(
            title="templates",
            service="compliance",
            version="1",
            settings=runtime.settings,
            routers=(templates_router(runtime, self.linter),),
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://compliance")

    async def post(self, who: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        headers = {
            "X-API-Key": KEYS[who][0],
            "Idempotency-Key": key or f"key-{next(self.numbers)}",
        }
        return await self.client.post(path, json=body, headers=headers)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(path, params=query, headers={"X-API-Key": KEYS["author"][0]})
        answer.raise_for_status()
        return answer.json()

    async def draft(self, body: Any = CLEAN) -> str:
        """The address of a new draft."""
        answer = await self.post("author", "/templates", body)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    async def submitted(self, body: Any = CLEAN) -> str:
        where = await self.draft(body)
        assert (await self.post("author", f"{where}/submit")).status_code == 200
        return where

    async def approved(self, body: Any = CLEAN) -> str:
        where = await self.submitted(body)
        assert (await self.post("approver", f"{where}/approve")).status_code == 200
        return where

    async def state(self, where: str) -> str:
        return str((await self.get(where))["state"])


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> Desk:
    keys = {key: Principal(name, frozenset(scopes)) for name, (key, scopes) in KEYS.items()}
    return Desk(await new_house(engine_for, api_keys=api_keys_json(keys)))


async def test_f1_a_clean_template_goes_from_draft_through_a_second_person_into_use(desk: Desk) -> None:
    where = await desk.draft()
    assert where == "/templates/reminder_first/versions/1"
    assert (await desk.post("author", f"{where}/submit")).json()["state"] == "submitted"
    approved = (await desk.post("approver", f"{where}/approve")).json()
    assert (approved["state"], approved["decided_by"], approved["linter"]) == (
        "approved",
        "approver",
        shipped().name,
    )
    assert {"institution_name", "opt_out_method"} <= set(approved["tags"])
    (event,) = await desk.house.emitted("template.approved")
    assert (event["template_id"], event["version"], event["body"]) == ("reminder_first", 1, CLEAN["body"])
    assert event["digest"] == approved["digest"]
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    assert kinds == ["template_drafted", "template_submitted", "template_approved"]


async def test_the_log_holds_no_word_and_no_name_of_a_template(desk: Desk) -> None:
    await desk.approved()
    (body,) = await desk.house.rows("SELECT entry FROM log_entry WHERE leaf_index = 2")
    for word in ("author", "approver", "reminder_first", "逾期"):
        assert word.encode() not in body.entry


async def test_f1_words_of_a_summons_stay_a_draft_and_the_finding_says_where_and_why(desk: Desk) -> None:
    where = await desk.draft(SUMMONS)
    answer = await desk.post("author", f"{where}/submit")
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:recoup:problem:content-forbidden")
    found = [item for item in problem["findings"] if item["tag"] == "judicial_impersonation"]
    first = found[0]
    assert first["text"] == "法 院 传 票"
    assert problem["parts"][first["part"]][first["start"] : first["end"]] == first["text"]
    assert (first["rule_id"], bool(first["citation"])) == ("CN-CONTENT", True)
    assert first["remedy_zh"]
    assert first["remedy_en"]
    assert await desk.state(where) == "draft"
    assert [leaf["kind"] for leaf in await desk.house.leaves()] == ["template_drafted"]


async def test_what_must_be_there_and_is_not_blocks_too(desk: Desk) -> None:
    body = CLEAN | {"body": "您的账户有{arrears}已逾期。", "variables": ["arrears"]}
    answer = await desk.post("author", f"{await desk.draft(body)}/submit")
    missing = {item["tag"] for item in answer.json()["findings"] if item["missing"]}
    assert missing == {"institution_name", "opt_out_method"}


async def test_a_letter_in_china_shows_all_that_article_69_asks_for(desk: Desk) -> None:
    short = CLEAN | {"channel": "letter", "body": "{institution}提醒您还款。", "variables": ["institution"]}
    answer = await desk.post("author", f"{await desk.draft(short)}/submit")
    lacking = {item["tag"]: item["rule_id"] for item in answer.json()["findings"]}
    assert lacking == dict.fromkeys(
        [
            *("debtor_name", "balance", "reason", "legal_basis", "rights"),
            *("how_to_query", "how_to_object", "contact_details", "seal"),
        ],
        "CN-LETTER",
    )
    whole = short | {
        "subject": "催收通知书",
        "body": "尊敬的{name}:您的信用卡欠款余额为{arrears},已逾期{days_past_due}天。"
        "根据信用卡领用合同和民法典,请您还款。您有权了解账单,可登录手机银行查询明细;如有异议,请提供证据。{contact}。{institution}{seal}",
        "variables": ["name", "arrears", "days_past_due", "contact", "institution", "seal"],
    }
    assert (await desk.post("author", f"{await desk.draft(whole)}/submit")).status_code == 200


async def test_a_text_for_the_united_states_says_that_it_collects_a_debt(desk: Desk) -> None:
    english = CLEAN | {
        "language": "en",
        "countries": ["US"],
        "body": "{institution}: {arrears} is past due. {opt_out}",
    }
    answer = await desk.post("author", f"{await desk.draft(english)}/submit")
    assert [item["tag"] for item in answer.json()["findings"]] == ["debt_collector_disclosure"]
    told = english | {"body": f"{english['body']} This is an attempt to collect a debt."}
    assert (await desk.post("author", f"{await desk.draft(told)}/submit")).status_code == 200


async def test_a_text_in_another_language_than_declared_is_not_taken(desk: Desk) -> None:
    answer = await desk.post("author", f"{await desk.draft(CLEAN | {'language': 'en'})}/submit")
    assert "disclosure_in_other_language" in {item["tag"] for item in answer.json()["findings"]}


@pytest.mark.parametrize(
    ("body", "variables", "wrong"),
    [
        ("{institution}{iban}", ["institution", "iban"], [("unknown", "iban")]),
        ("{institution}", ["institution", "amount"], [("unused", "amount")]),
        ("{institution}{amount}", ["institution"], [("undeclared", "amount")]),
        ("{institution}{name}", ["institution", "name"], [("not_rendered", "name")]),
        ("{institution", ["institution"], [("malformed", "")]),
        ("{institution.title}", ["institution"], [("malformed", "")]),
    ],
)
async def test_variables_are_known_declared_and_used(
    desk: Desk, body: str, variables: list[str], wrong: list[tuple[str, str]]
) -> None:
    answer = await desk.post("author", "/templates", CLEAN | {"body": body, "variables": variables})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:recoup:problem:template-variables")
    assert [(item["code"], item["name"]) for item in problem["variables"]] == wrong


@pytest.mark.parametrize("act", ["approve", "reject"])
async def test_nobody_decides_about_their_own_words(desk: Desk, act: str) -> None:
    answer = await desk.post("both", "/templates", CLEAN)
    where = answer.headers["Location"]
    await desk.post("editor", f"{where}/submit")
    for who in ("both", "editor"):
        refused = await desk.post(who, f"{where}/{act}", {"reason": "no"} if act == "reject" else None)
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:recoup:problem:second-person-needed"
    assert await desk.state(where) == "submitted"


async def test_approving_needs_its_own_scope(desk: Desk) -> None:
    where = await desk.submitted()
    assert (await desk.post("author", f"{where}/approve")).json()[
        "type"
    ] == "urn:recoup:problem:missing-scope"


async def test_a_draft_is_not_approved_and_a_rejected_version_stays_so(desk: Desk) -> None:
    draft = await desk.draft()
    assert (await desk.post("approver", f"{draft}/approve")).status_code == 409
    where = await desk.submitted()
    rejected = (await desk.post("approver", f"{where}/reject", {"reason": "tone"})).json()
    assert (rejected["state"], rejected["reason"]) == ("rejected", "tone")
    for act in ("submit", "approve"):
        who = "author" if act == "submit" else "approver"
        assert (await desk.post(who, f"{where}/{act}")).status_code == 409
    assert await desk.house.emitted("template") == []


async def test_a_new_version_takes_the_place_of_the_one_in_use(desk: Desk) -> None:
    first = await desk.approved()
    second = await desk.approved(CLEAN | {"body": f"{CLEAN['body']}谢谢。"})
    english = await desk.approved(
        CLEAN | {"language": "en", "countries": [], "body": "{institution}: {arrears} is past due. {opt_out}"}
    )
    assert [await desk.state(where) for where in (first, second, english)] == [
        "retired",
        "approved",
        "approved",
    ]
    (retired,) = await desk.house.emitted("template.retired")
    assert (retired["version"], len(await desk.house.emitted("template.approved"))) == (1, 3)


async def test_words_are_read_again_at_the_approval_for_the_lists_may_have_changed(
    desk: Desk, tmp_path: Path
) -> None:
    where = await desk.submitted()
    folder = copytree(SHIPPED, tmp_path / "phrases")
    threats = folder / "forbidden" / "threat.yaml"
    threats.write_text(threats.read_text("utf-8").replace("- 走着瞧", "- 请尽快还款"), "utf-8")
    later = Desk(desk.house, linter_of(folder))
    answer = await later.post("approver", f"{where}/approve")
    assert answer.json()["type"] == "urn:recoup:problem:content-forbidden"
    assert await desk.state(where) == "submitted"
    assert await desk.house.emitted("template") == []


async def test_words_meant_for_a_relative_too_are_read_as_a_relative_reads_them(desk: Desk) -> None:
    where = await desk.draft(CLEAN | {"roles": ["debtor", "relative"]})
    answer = await desk.post("author", f"{where}/submit")
    assert {item["tag"] for item in answer.json()["findings"]} == {"third_party_debt_disclosure"}


async def test_a_version_is_retired_with_its_reason(desk: Desk) -> None:
    where = await desk.approved()
    retired = (await desk.post("approver", f"{where}/retire", {"reason": "campaign over"})).json()
    assert (retired["state"], retired["retired_by"], retired["reason"]) == (
        "retired",
        "approver",
        "campaign over",
    )
    assert (await desk.post("approver", f"{where}/retire", {"reason": "again"})).status_code == 409
    assert len(await desk.house.emitted("template.retired")) == 1
    assert (await desk.house.leaves())[-1]["kind"] == "template_retired"


async def test_the_same_key_writes_one_draft(desk: Desk) -> None:
    answers = [await desk.post("author", "/templates", CLEAN, key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await desk.get("/templates"))["items"]) == 1


async def test_versions_are_listed_in_pages_and_by_state(desk: Desk) -> None:
    for _ in range(3):
        await desk.draft()
    await desk.submitted(CLEAN | {"template_id": "another"})
    page = await desk.get("/templates", limit=2)
    rest = await desk.get("/templates", limit=2, cursor=page["next"])
    names = [(item["template_id"], item["version"]) for item in page["items"] + rest["items"]]
    assert names == [("another", 1), ("reminder_first", 1), ("reminder_first", 2), ("reminder_first", 3)]
    assert rest["next"] is None
    submitted = await desk.get("/templates", state="submitted")
    assert [item["template_id"] for item in submitted["items"]] == ["another"]


async def test_a_preview_shows_samples_and_what_the_linter_says(desk: Desk) -> None:
    preview = await desk.get(f"{await desk.draft(SUMMONS)}/preview")
    assert preview["parts"]["body"].startswith("【示范银行】1,234.50 CNY")
    assert not preview["clean"]
    assert "judicial_impersonation" in preview["tags"]


async def test_any_words_can_be_read_and_nothing_is_kept(desk: Desk) -> None:
    words = {"body": "We will sue you.", "channel": "letter", "language": "en", "country": "US"}
    plain = (await desk.post("author", "/lint", words)).json()
    barred = (await desk.post("author", "/lint", words | {"facts": ["time_barred"]})).json()
    for answer, denies in ((plain, False), (barred, True)):
        (finding,) = [item for item in answer["findings"] if item["tag"] == "sue_threat"]
        assert (finding["denies"], finding["rule_id"]) == (denies, "US-TIME-BARRED")
    assert await desk.house.leaves() == []


async def test_what_does_not_exist_is_not_found(desk: Desk) -> None:
    assert (await desk.post("author", "/templates/none/versions/1/submit")).status_code == 404
    where = await desk.draft()
    missing = where.replace("versions/1", "versions/2")
    assert (await desk.post("author", f"{missing}/submit")).status_code == 404
