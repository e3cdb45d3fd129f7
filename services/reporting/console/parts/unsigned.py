"""The banner of the frame: rule packs that are enforced without counsel's sign-off."""

from services.reporting.console.calling import Trouble
from services.reporting.console.parts.elements import box, link, text
from services.reporting.console.visit import Visit, soon

_GATE = "gate"


def unsigned_banner(visit: Visit) -> None:
    """Say it on every page to those who may see the gate, once the page is there.

    The gate's own page says it with the names of the packs. Where compliance does not answer, nothing is
    said: the page itself tells that.
    """
    if visit.page.name == _GATE or not visit.session.may("compliance:read"):
        return
    holder = box()

    async def show() -> None:
        try:
            packs = await visit.compliance.get("/packs")
        except Trouble:
            return
        unsigned = packs["without_counsel"]
        if not unsigned or not packs["packs"]:
            return
        with holder, box("unsigned").props('role="status" data-testid="unsigned-banner"'):
            text(visit.say("unsigned", count=str(len(unsigned))))
            link(visit.say("unsigned.see"), visit.url("/gate"))

    soon(show)
