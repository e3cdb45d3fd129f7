"""`recoup policy check` and `diff`: offline."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recoup.commands.policy import app
from recoup.errors import Mistake
from services.strategy.policy_file import SHIPPED
from tests.unit.strategy.policies import source

STANDARD = SHIPPED / "standard.yaml"


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_check_says_what_can_be_used() -> None:
    assert "standard-1 can be used" in run("check", STANDARD)
    said = json.loads(run("check", SHIPPED / "bank.yaml", "--json"))
    assert said["policy"] == "bank-1" and said["segments"][0]["segment"] == "guarantor_special"


def test_check_names_file_line_field_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(STANDARD.read_text().replace("minimum_dpd: 91", "minimun_dpd: 91"))
    with pytest.raises(Mistake, match=r"mine\.yaml:\d+:9: segments\[0\]\.when\[0\]\.minimun_dpd: the"):
        CliRunner().invoke(app, ["check", str(path)], catch_exceptions=False)


def test_diff_names_segments_and_steps(tmp_path: Path) -> None:
    path = tmp_path / "next.yaml"
    text = STANDARD.read_text().replace("version: 1", "version: 2")
    path.write_text(text.replace("after: 2d, channel: call_live", "after: 2d, channel: sms"))
    assert json.loads(run("diff", STANDARD, path, "--json")) == [
        {"path": "version", "before": 1, "after": 2},
        {
            "path": "segments[late].ladder.steps[2].channel",
            "before": "call_live",
            "after": "sms",
        },
    ]
    assert "They say the same" in run("diff", STANDARD, STANDARD)


def test_diff_tells_of_segments_that_come_go_and_change_places(tmp_path: Path) -> None:
    path = tmp_path / "next.yaml"
    path.write_text(source("standard", 1))
    assert "They say the same" in run("diff", STANDARD, path)
    found = json.loads(run("diff", STANDARD, SHIPPED / "retail_cards.yaml", "--json"))
    by_path = {each["path"]: each for each in found}
    assert by_path["segments[late]"]["after"] is None
    assert by_path["segments[cards_late]"]["before"] is None


def test_a_wrong_cost_table_is_told_with_its_remedy(tmp_path: Path) -> None:
    costs = tmp_path / "costs.yaml"
    costs.write_text("currency: CNY\npigeon: 1\n")
    with pytest.raises(Mistake, match=r"costs\.yaml: Invalid enum value 'pigeon'.*such as `sms: 0\.05`"):
        CliRunner().invoke(app, ["simulate", str(STANDARD), "--costs", str(costs)], catch_exceptions=False)
