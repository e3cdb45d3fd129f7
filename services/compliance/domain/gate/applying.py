"""Whether a rule is about a kind of request at all: channel, party, purpose, role, product."""

from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.resolving import RuleInForce
from services.compliance.domain.packs.schema import ANY, PreferenceRule
from shared.contracts.decisions import Force


def not_about(said: RuleInForce, request: GateRequest) -> str | None:
    """Why the rule is not about the request; None if it is, or may be because the product is not known."""
    applies = said.rule.applies
    if applies.channels != ANY and request.channel not in applies.channels:
        return f"channel {request.channel.value}"
    if applies.parties != ANY and request.party not in applies.parties:
        return f"party {request.party.value}"
    if applies.purposes != ANY and request.purpose not in applies.purposes:
        return f"purpose {request.purpose.value}"
    if isinstance(said.rule, PreferenceRule) and request.purpose in said.rule.except_.purposes:
        return f"purpose {request.purpose.value} is excepted"
    if applies.roles != ANY and request.collector.role not in applies.roles:
        return f"role {request.collector.role.value}"
    if not _covers(said, request) and not said.uncovered_as_policy:
        return f"the law does not cover role {request.collector.role.value}"
    if applies.products != ANY and request.product is not None and request.product not in applies.products:
        return f"product {request.product.value}"
    return None


def product_unknown(said: RuleInForce, request: GateRequest) -> bool:
    """Whether it depends on the product, which is not known."""
    return said.rule.applies.products != ANY and request.product is None


def force_of(said: RuleInForce, request: GateRequest) -> Force:
    """What stands behind the rule for this collector: policy where the law itself does not cover the role."""
    return said.rule.force if _covers(said, request) else Force.POLICY


def _covers(said: RuleInForce, request: GateRequest) -> bool:
    return said.covered_roles is None or request.collector.role in said.covered_roles
