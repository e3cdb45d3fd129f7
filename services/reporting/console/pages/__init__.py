"""The pages of the console: one module a page, registered here. The menu is in this order."""

from services.reporting.console.pages import complaint, complaints, flow, gate, holds, log, timeline
from services.reporting.console.visit import Page

PAGES: tuple[Page, ...] = (
    flow.PAGE,
    timeline.PAGE,
    timeline.OF_ID,
    gate.PAGE,
    holds.PAGE,
    complaints.PAGE,
    complaint.PAGE,
    log.PAGE,
)
