"""`recoup gate replay` against a running platform: what another pack would have decided."""

import json
from pathlib import Path

from recoup.local.stack import Stack
from services.compliance.pack_files import PACKS
from tests.e2e.conftest import TEN_OCLOCK
from tests.e2e.test_uci_import import recoup
from tests.support.bank import customer, named, publish, snapshot
from tests.support.platform import settled


def pack_that_opens_at_eleven(folder: Path) -> Path:
    """The mainland's pack as a draft: nobody is contacted before eleven."""
    text = (PACKS / "cn-mainland.yaml").read_text("utf-8")
    assert '"08:00"' in text
    draft = folder / "cn-mainland.yaml"
    draft.write_text(text.replace('"08:00"', '"11:00"').replace("version: ", "version: 9", 1), "utf-8")
    return draft


async def test_decisions_of_the_running_platform_are_made_again_under_another_pack(
    stack: Stack, tmp_path: Path
) -> None:
    owner = "replayed"
    events = [customer(owner), snapshot(f"{owner}-a", owner, TEN_OCLOCK, days_late=9)]
    await publish(stack, named(events, owner))
    await settled(stack)
    words = ["gate", "replay", "--from", "2026-03-10", "--to", "2026-03-11", "--json", "--pack"]
    code, output = await recoup(stack, *words, str(PACKS / "cn-mainland.yaml"))
    same = json.loads(output)
    assert (code, same["changed"]) == (0, 0), "under the packs in force nothing would have changed"
    assert same["replayed"] > 0
    code, output = await recoup(stack, *words, str(pack_that_opens_at_eleven(tmp_path)))
    found = json.loads(output)
    assert (code, found["replayed"]) == (0, same["replayed"])
    assert found["effects"]["allow → defer"] > 0
    assert "CN-TIME" in {rule["rule"] for rule in found["rules_added"]}
