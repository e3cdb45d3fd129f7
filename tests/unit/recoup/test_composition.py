"""The composition root agrees with the services and with the compose file."""

import ast
import inspect
import json
from pathlib import Path

import yaml

from recoup.commands.audit_witness import witness as run_witness
from recoup.services import CONSUMES, SERVICES
from shared.contracts import topics

ROOT = Path(__file__).parents[3]


def test_the_table_of_consumers_names_the_topics_that_each_service_subscribes_to() -> None:
    constants = {name: value.name for name, value in vars(topics).items() if isinstance(value, topics.Topic)}
    for service, consumed in CONSUMES.items():
        if service == "reporting":
            continue  # all but control; its own test says so
        tree = ast.parse((ROOT / "services" / service / "handlers.py").read_text())
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in constants}
        assert {constants[name] for name in named} == consumed, service


def test_compose_runs_every_service_as_api_and_worker_and_the_console() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    commands = [tuple(service["command"]) for service in compose["services"].values() if "command" in service]
    expected = {("run", name, process) for name in SERVICES for process in ("api", "worker")}
    own = {command for command in commands if command[0] != "audit"}
    assert expected | {("run", "reporting", "console"), ("migrate",)} == own


def test_compose_runs_a_witness_whose_key_compliance_is_told() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    witness = compose["services"]["witness"]
    audit, command, *options = witness["command"]
    assert (audit, command) == ("audit", "witness")
    taken = {f"--{name.replace('_', '-')}" for name in inspect.signature(run_witness).parameters}
    assert {option.partition("=")[0] for option in options} <= taken
    (told,) = json.loads(compose["x-compliance"]["RECOUP_WITNESSES"])
    assert "RECOUP_WITNESS_PUBLIC_KEY" in told["key"]
    assert [name for name in witness["environment"] if name.startswith("RECOUP_LOG")] == []
    assert "RECOUP_WITNESS_KEY" not in str(compose["x-compliance"])


def test_every_variable_of_the_compose_file_is_in_the_example_environment() -> None:
    import re

    wanted = set(re.findall(r"\$\{(RECOUP_\w+)", (ROOT / "docker-compose.yml").read_text()))
    lines = (ROOT / "deploy" / "env.example").read_text().splitlines()
    given = {line.split("=", 1)[0] for line in lines if "=" in line and not line.startswith("#")}
    assert wanted <= given
