"""Reads the message templates that are shipped, or an operator's own file."""

from pathlib import Path
from typing import Any

import yaml

from services.outreach.domain.wording import Sender, Template, Wording, WordingError

SHIPPED = Path(__file__).parent / "templates" / "messages.yaml"


def load_wording(institution: str, institution_en: str, path: Path | None = None) -> Wording:
    """The wording of a file `{id: {language: {subject, body}}}`; WordingError where it is not usable."""
    document = yaml.safe_load((path or SHIPPED).read_text(encoding="utf-8"))
    senders = {
        "zh-CN": Sender(institution, "拒收请回复TD"),
        "en": Sender(institution_en, "Reply STOP to opt out."),
    }
    return Wording(list(_templates(document)), senders)


def _templates(document: Any) -> list[Template]:
    if not isinstance(document, dict):
        raise WordingError("the templates are not a mapping of ids")
    found: list[Template] = []
    for name, languages in document.items():
        if not isinstance(languages, dict):
            raise WordingError(f"template {name} is not a mapping of languages")
        for language, parts in languages.items():
            if not isinstance(parts, dict) or not isinstance(parts.get("body"), str):
                raise WordingError(f"template {name} in {language} has no body")
            found.append(Template(str(name), str(language), str(parts.get("subject", "")), parts["body"]))
    return found
