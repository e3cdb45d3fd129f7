"""The finding: proposed by the investigator, decided by a second person, with what follows from it."""

from datetime import datetime

from services.compliance.domain.complaints.commands import (
    ApproveDecision,
    ProposeDecision,
    ProposeSummary,
    RefuseDecision,
)
from services.compliance.domain.complaints.draft import Draft, Refused, Why
from services.compliance.domain.complaints.file import Proposal, Sanction
from services.compliance.domain.complaints.handling import require_assignee
from services.compliance.domain.complaints.terms import Place, local_date
from services.compliance.domain.complaints.words import State
from shared.contracts.complaints import ComplaintFinding, SanctionMeasure
from shared.contracts.conduct import CollectorSanctioned, ComplaintDecided
from shared.ids import derive_id


def propose(draft: Draft, command: ProposeDecision) -> None:
    """A proposal takes the place of the one before."""
    require_assignee(draft)
    _propose(draft, command, summary=False)


def propose_summary(draft: Draft, command: ProposeSummary) -> None:
    """Nothing is left to investigate; the second person decides as always, within the short term."""
    until = _in_short_term(draft)
    if draft.complaint.assignee_id is None:
        draft.change(assignee_id=draft.actor)
    require_assignee(draft)
    draft.change(state=State.INVESTIGATING)
    draft.say(summary_until=until)
    _propose(draft, command, summary=True)


def _in_short_term(draft: Draft) -> datetime:
    """The end of the short procedure. Raises Refused where there is none, or it is over."""
    complaint = draft.complaint
    place = Place(complaint.jurisdiction, complaint.zone)
    until = draft.policy.summary_end(place, complaint.opened_at)
    if until is None or complaint.round > 1:
        raise Refused(Why.TERM, "There is no short procedure for this complaint: decide it as usual.")
    if draft.at >= until:
        raise Refused(Why.TERM, f"The short procedure ended at {until.isoformat()}: decide it as usual.")
    return until


def _propose(draft: Draft, command: ProposeDecision, *, summary: bool) -> None:
    upheld = command.finding is not ComplaintFinding.REJECTED
    if upheld and (command.root_cause is None or command.sealed_cause is None):
        raise Refused(
            Why.INCOMPLETE,
            "A complaint that is upheld, also in part, needs its root cause, as a word of the list and in"
            " words of your own.",
        )
    if not upheld and command.measure is not SanctionMeasure.NONE:
        raise Refused(Why.INCOMPLETE, "A complaint that is rejected has no measure against anybody.")
    proposal = Proposal(
        by=draft.actor,
        finding=command.finding,
        root_cause=command.root_cause,
        measure=command.measure,
        summary=summary,
    )
    draft.change(
        proposal=proposal, sealed_findings=command.sealed_findings, sealed_cause=command.sealed_cause
    )
    draft.say(finding=command.finding, root_cause=command.root_cause, measure=command.measure)


def approve(draft: Draft, _command: ApproveDecision) -> None:
    proposal = _second_person(draft)
    if proposal.summary:
        _in_short_term(draft)
        draft.say(summary=True)
    draft.change(
        state=State.DECIDED,
        finding=proposal.finding,
        root_cause=proposal.root_cause,
        decided_at=draft.at,
        decided_by=draft.actor,
        proposal=None,
        extension_asked_by=None,
    )
    draft.say(finding=proposal.finding, root_cause=proposal.root_cause, proposed_by=proposal.by)
    draft.say(policy=draft.policy.rules.tag)
    draft.tell(
        ComplaintDecided,
        upheld=proposal.finding is not ComplaintFinding.REJECTED,
        decided_at=draft.at,
        finding=proposal.finding,
        root_cause=proposal.root_cause,
    )
    _sanction(draft, proposal)


def refuse(draft: Draft, _command: RefuseDecision) -> None:
    _second_person(draft)
    draft.change(proposal=None)


def _second_person(draft: Draft) -> Proposal:
    proposal = draft.complaint.proposal
    if proposal is None:
        raise Refused(Why.STATE, "No decision has been proposed.")
    if proposal.by == draft.actor:
        raise Refused(Why.FOUR_EYES, "Who proposed the decision cannot approve or refuse it as well.")
    return proposal


def _sanction(draft: Draft, proposal: Proposal) -> None:
    complaint, policy = draft.complaint, draft.policy
    if proposal.finding is ComplaintFinding.REJECTED:
        return
    for collector_id, agency_id in ((complaint.collector_id, None), (None, complaint.agency_id)):
        subject = collector_id or agency_id
        if subject is None:
            continue
        role = "collector" if collector_id else "agency"
        # The date by the complaint's clock says to which month the points count.
        sanction = Sanction(
            sanction_id=derive_id("sanction", complaint.complaint_id, complaint.round, role),
            complaint_id=complaint.complaint_id,
            person_id=complaint.person_id,
            collector_id=collector_id,
            agency_id=agency_id,
            branch_id=complaint.branch_id,
            finding=proposal.finding,
            measure=proposal.measure,
            points=policy.points_for(complaint.severity, proposal.finding),
            vetoes_incentive=policy.vetoes(complaint.severity, proposal.finding, proposal.measure),
            sanctioned_on=local_date(draft.at, complaint.zone),
            sanctioned_at=draft.at,
        )
        draft.sanctions.append(sanction)
        draft.say(**{f"{role}_points": sanction.points})
        draft.tell(
            CollectorSanctioned,
            sanction_id=sanction.sanction_id,
            collector_id=collector_id,
            agency_id=agency_id,
            branch_id=sanction.branch_id,
            finding=sanction.finding,
            measure=sanction.measure,
            points=sanction.points,
            vetoes_incentive=sanction.vetoes_incentive,
            sanctioned_at=draft.at,
        )
