"""`recoup gate explain` on files alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from recoup.commands.gate import app
from recoup.errors import Mistake

CASE: dict[str, Any] = {
    "title": "call at 22:00:00 Beijing",
    "packs": ["cn-mainland"],
    "at": "2026-03-02T14:00:00Z",
    "request": {"channel": "call_live"},
    "expected": {"effect": "defer", "rules": ["CN-TIME"], "until": "2026-03-03T00:00:00Z"},
}


def explain(case: object, *words: str) -> Result:
    return CliRunner().invoke(app, ["explain", "-", *words], input=json.dumps(case))


def test_the_decision_and_every_rule_are_printed() -> None:
    result = explain(CASE)
    assert result.exit_code == 0
    assert "decision: DEFER" in result.output
    assert "next permitted: 2026-03-03T00:00:00Z = 2026-03-03T08:00:00+08:00 Asia/Shanghai" in result.output
    assert "✗ CN-TIME (window, cn-mainland@" in result.output
    assert "✓ CN-RECORD (actor, cn-mainland@" in result.output
    assert "· CN-VISIT-DAYS" in result.output and "channel call_live" in result.output
    assert "as expected" in result.output


def test_labels_are_told_in_chinese() -> None:
    result = explain(CASE, "--lang", "zh")
    assert "判定: 推迟 DEFER" in result.output and "命中" not in result.output
    assert "时段" in result.output and "行业自律" in result.output and "与预期一致" in result.output


def test_machines_get_one_json_object() -> None:
    told = json.loads(explain(CASE, "--json").output)
    assert told["decision"]["effect"] == "defer"
    assert told["decision"]["reasons"][0]["rule_id"] == "CN-TIME"
    statuses = {rule["rule_id"]: rule["status"] for rule in told["rules"]}
    assert statuses["CN-TIME"] == "applied" and statuses["CN-PARTY"] == "passed"
    assert told["differences"] == []


def test_another_instant_and_other_packs_may_be_tried() -> None:
    case = {name: value for name, value in CASE.items() if name != "expected"}
    assert "ALLOW" in explain(case, "--at", "2026-03-02T21:59:59+08:00").output
    assert "IN-TIME" in explain(case, "--pack", "in-rbi").output


def test_a_decision_that_is_not_as_expected_ends_with_1() -> None:
    result = explain(CASE, "--at", "2026-03-02T21:59:59+08:00")
    assert result.exit_code == 1
    assert "not as expected: effect: allow, expected defer" in result.stderr
    assert "rules: CN-TIME did not apply" in result.stderr


@pytest.mark.parametrize(
    "change", [{"request": {"channel": "telex"}}, {"packs": ["nowhere"]}, {"packs": ["nothing.yaml"]}]
)
def test_what_is_wrong_with_the_file_or_a_pack_is_told_as_a_mistake(change: dict[str, Any]) -> None:
    assert isinstance(explain(CASE | change).exception, Mistake)


def test_a_file_that_is_not_there_is_a_mistake() -> None:
    result = CliRunner().invoke(app, ["explain", "nowhere.json"])
    assert isinstance(result.exception, Mistake)


def test_the_same_question_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(CASE | {"facts": {"holds": [{"kind": "dispute"}, {"kind": "manual"}]}}))
    told = {
        subprocess.run(
            [sys.executable, "-m", "recoup.main", "gate", "explain", str(path), "--json"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1 and b"CN-HOLDS" in told.pop()
