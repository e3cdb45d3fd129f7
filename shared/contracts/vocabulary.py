"""Closed lists that several contracts use; the words are the glossary's."""

from enum import StrEnum


class Product(StrEnum):
    """What was lent (register rows A6-A9)."""

    CREDIT_CARD = "credit_card"
    PERSONAL_LOAN = "personal_loan"
    SMALL_BUSINESS_LOAN = "small_business_loan"
    CORPORATE_LOAN = "corporate_loan"
    MORTGAGE = "mortgage"
    STUDENT_LOAN = "student_loan"
    BILL_DISCOUNTING = "bill_discounting"
    PLEDGED_DEPOSIT_LOAN = "pledged_deposit_loan"


class PartyRole(StrEnum):
    """Who a person is to a debt."""

    DEBTOR = "debtor"
    GUARANTOR = "guarantor"
    JOINT_LIABILITY_MEMBER = "joint_liability_member"
    CONTACT = "contact"
    RELATIVE = "relative"
    EMPLOYER = "employer"
    GUARDIAN = "guardian"
    HEIR = "heir"
    EXECUTOR = "executor"
    SPOUSE = "spouse"
    DEBT_RELATED_SPOUSE = "debt_related_spouse"
    PARENT_OF_MINOR = "parent_of_minor"
    ATTORNEY = "attorney"
    AUTHORISED_REP = "authorised_rep"
    NEIGHBOUR = "neighbour"


class Channel(StrEnum):
    """How a person is reached; the names of the rule packs."""

    SMS = "sms"
    EMAIL = "email"
    APP_PUSH = "app_push"
    CALL_LIVE = "call_live"
    CALL_AI = "call_ai"
    CALL_PRERECORDED = "call_prerecorded"
    IM = "im"
    LETTER = "letter"
    VISIT = "visit"


class ContactPointKind(StrEnum):
    """What kind of address a contact point is."""

    PHONE = "phone"
    EMAIL = "email"
    APP = "app"
    IM = "im"
    ADDRESS = "address"


REACHED_THROUGH: dict[Channel, ContactPointKind] = {
    Channel.SMS: ContactPointKind.PHONE,
    Channel.CALL_LIVE: ContactPointKind.PHONE,
    Channel.CALL_AI: ContactPointKind.PHONE,
    Channel.CALL_PRERECORDED: ContactPointKind.PHONE,
    Channel.EMAIL: ContactPointKind.EMAIL,
    Channel.APP_PUSH: ContactPointKind.APP,
    Channel.IM: ContactPointKind.IM,
    Channel.LETTER: ContactPointKind.ADDRESS,
    Channel.VISIT: ContactPointKind.ADDRESS,
}
"""The kind of contact point that each channel needs."""


class Purpose(StrEnum):
    """Why a person is contacted."""

    COLLECT = "collect"
    LOCATE = "locate"
    SERVICE = "service"
    LEGAL_NOTICE = "legal_notice"
    COMPLAINT_REPLY = "complaint_reply"
    LEGAL_ACTION = "legal_action"
    VALIDATION = "validation"
    VERIFICATION = "verification"
    CEASE_ACK = "cease_ack"
    REMEDY_NOTICE = "remedy_notice"
    OPTOUT_CONFIRM = "optout_confirm"
    LEGALLY_REQUIRED = "legally_required"
    STATUTORY_NOTICE = "statutory_notice"
    DEBTOR_REQUESTED = "debtor_requested"


class CaseStage(StrEnum):
    """Where a case stands (glossary 17)."""

    PRE_DUE = "pre_due"
    EARLY = "early"
    MID = "mid"
    LATE = "late"
    LEGAL = "legal"
    OUTSOURCED = "outsourced"
    CLOSED = "closed"


class RiskClassification(StrEnum):
    """The five tiers of the 2023 classification measures (glossary 13)."""

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"


class HoldKind(StrEnum):
    """Why contact stops (rule packs, kind `hold`)."""

    INSTALMENT_AGREEMENT = "instalment_agreement"
    DISPUTE = "dispute"
    COMPLAINT = "complaint"
    DECEASED = "deceased"
    INCAPABLE = "incapable"
    MINOR = "minor"
    BANKRUPTCY = "bankruptcy"
    ATTORNEY = "attorney"
    CEASE = "cease"
    VULNERABLE = "vulnerable"
    HARDSHIP_REVIEW = "hardship_review"
    BREATHING_SPACE = "breathing_space"
    MENTAL_HEALTH_CRISIS = "mental_health_crisis"
    DEBT_ADVISER_PLAN = "debt_adviser_plan"
    STATUTE_BARRED_REFUSAL = "statute_barred_refusal"
    ORIGINAL_CREDITOR_REQUEST = "original_creditor_request"
    DISCHARGED = "discharged"
    SCRA_ACTIVE_DUTY = "scra_active_duty"
    WRONG_NUMBER = "wrong_number"
    MANUAL = "manual"


class OutcomeCode(StrEnum):
    """What a contact came to (glossary 38)."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    RIGHT_PARTY = "right_party"
    PROMISE = "promise"
    REFUSED = "refused"
    DISPUTE = "dispute"
    COMPLAINT = "complaint"
    ALREADY_PAID = "already_paid"
    OPTED_OUT = "opted_out"
    HARDSHIP = "hardship"
    OTHER = "other"
