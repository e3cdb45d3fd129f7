"""The local stack's texts: submitted by one principal and approved by another, as in a bank."""

from recoup.local.keys import AUDIENCE, ISSUER, LocalKeys
from recoup.templates import TemplatesApi
from services.outreach.texts import proposals
from shared.security.principals import Principal
from shared.security.tokens import Algorithm, issue_token

AUTHOR = Principal("template-author", frozenset({"templates:write", "compliance:read"}))
APPROVER = Principal("template-approver", frozenset({"templates:approve", "compliance:read"}))
_READER = Principal("template-watch", frozenset({"outreach:read"}))
_SECONDS = 60.0


def bearer(keys: LocalKeys, principal: Principal) -> dict[str, str]:
    """The headers of a principal of the local stack, for an hour."""
    token = issue_token(
        principal, key=keys.jwt_private_key, algorithm=Algorithm.EDDSA, issuer=ISSUER, audience=AUDIENCE
    )
    return {"Authorization": f"Bearer {token}"}


async def approve_shipped(keys: LocalKeys, compliance_url: str, outreach_url: str) -> None:
    """Have the shipped texts approved, if that was not done before, and wait until outreach may send them.

    What somebody rejected or retired stays so. Raises Mistake.
    """
    shipped = proposals()
    author = TemplatesApi(compliance_url, bearer(keys, AUTHOR))
    if missing := await author.unknown(shipped):
        await author.submit(missing)
    approver = TemplatesApi(compliance_url, bearer(keys, APPROVER))
    versions = await approver.versions()
    ours = {(one.template_id, one.digest) for one in shipped}
    waiting = [
        one
        for one in versions
        if one["state"] == "submitted"
        and one["submitted_by"] == AUTHOR.subject
        and (one["template_id"], one["digest"]) in ours
    ]
    approved = [one for one in versions if one["state"] == "approved"]
    if waiting:
        approved += await approver.approve(waiting)
    in_use = {one["digest"] for one in approved if (one["template_id"], one["digest"]) in ours}
    await TemplatesApi(outreach_url, bearer(keys, _READER)).await_in_use(in_use, _SECONDS)
