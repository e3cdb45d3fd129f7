"""What the linter can say of words: a closed list, in the words of the rule packs' content rules."""

from enum import StrEnum


class Tag(StrEnum):
    """A thing that words do or hold. Rule packs forbid the first kind and ask for the second."""

    THREAT = "threat"
    INSULT = "insult"
    JUDICIAL_IMPERSONATION = "judicial_impersonation"
    FAKE_BLACKLIST = "fake_blacklist"
    FALSE_LEGAL_CONSEQUENCE = "false_legal_consequence"
    FALSE_PROMISE = "false_promise"
    BORROW_TO_REPAY = "borrow_to_repay"
    UNDUE_PRESSURE = "undue_pressure"
    EXTRA_FEE = "extra_fee"
    PUBLIC_POSTING = "public_posting"
    PUBLIC_SOCIAL_MEDIA = "public_social_media"
    THIRD_PARTY_DEBT_DISCLOSURE = "third_party_debt_disclosure"
    PRIVATE_NUMBER = "private_number"
    MISLEADING_INDUCEMENT = "misleading_inducement"
    PREMIUM_RATE_NUMBER = "premium_rate_number"
    ADDRESSED_TO_OCCUPIER = "addressed_to_occupier"
    ANONYMOUS = "anonymous"
    SUE_THREAT = "sue_threat"
    POSTCARD = "postcard"
    ENVELOPE_DEBT_LANGUAGE = "envelope_debt_language"
    WORK_EMAIL_WITHOUT_CONSENT = "work_email_without_consent"
    DISCLOSURE_IN_OTHER_LANGUAGE = "disclosure_in_other_language"

    INSTITUTION_NAME = "institution_name"
    OPT_OUT_METHOD = "opt_out_method"
    DEBT_COLLECTOR_DISCLOSURE = "debt_collector_disclosure"
    DEBTOR_NAME = "debtor_name"
    BALANCE = "balance"
    REASON = "reason"
    LEGAL_BASIS = "legal_basis"
    RIGHTS = "rights"
    HOW_TO_QUERY = "how_to_query"
    HOW_TO_OBJECT = "how_to_object"
    CONTACT_DETAILS = "contact_details"
    SEAL = "seal"


LETTER_FIELDS = frozenset(
    {
        Tag.DEBTOR_NAME,
        Tag.BALANCE,
        Tag.REASON,
        Tag.LEGAL_BASIS,
        Tag.RIGHTS,
        Tag.HOW_TO_QUERY,
        Tag.HOW_TO_OBJECT,
        Tag.CONTACT_DETAILS,
        Tag.SEAL,
    }
)
"""What a demand letter for a credit card must show (card measures art. 69)."""

ELEMENTS = LETTER_FIELDS | {
    Tag.INSTITUTION_NAME,
    Tag.OPT_OUT_METHOD,
    Tag.DEBT_COLLECTOR_DISCLOSURE,
}
"""What words ought to hold."""

FORBIDDEN = frozenset(Tag) - ELEMENTS
"""What words must not do, at least somewhere."""
