"""What the comparison of providers' records with the log can find."""

from enum import StrEnum

CITATION = (
    "Bank policy: nothing leaves the bank without a permit of the gate, used once and while it is valid"
)
"""What every contact that a provider made, and the log does not permit, breaks."""


class Rule(StrEnum):
    """In what way a provider's records and the log differ."""

    WITHOUT_DECISION = "CONTACT-WITHOUT-DECISION"
    """The provider made a contact for which the log holds no decision that allows it."""
    NOT_REDEEMED = "PERMIT-NOT-REDEEMED"
    """The log holds the permit, but nobody redeemed it before it was used."""
    USED_TWICE = "PERMIT-USED-TWICE"
    """The provider made another contact under the same permit before."""
    OUTSIDE_VALIDITY = "PERMIT-OUTSIDE-VALIDITY"
    """The contact was made before its permit was redeemed, or after it had ended."""
    OTHER_CHANNEL = "PERMIT-OTHER-CHANNEL"
    """The permit is for another channel."""
    NOT_AT_PROVIDER = "DISPATCH-NOT-AT-PROVIDER"
    """The log says that a contact left, and no provider of its channel knows it."""

    @property
    def is_violation(self) -> bool:
        """Whether somebody was contacted against the rules; else it only has to be explained."""
        return self is not Rule.NOT_AT_PROVIDER


class Settlement(StrEnum):
    """How a finding was settled by a person; the last one is for those that settle themselves."""

    INCIDENT_HANDLED = "incident_handled"
    PROVIDER_ERROR = "provider_error"
    EXPLAINED = "explained"
    FOUND_LATER = "found_later"
