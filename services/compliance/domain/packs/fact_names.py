"""The facts and consents that rules may name, a sentence each. A rule that names another one is an error.

A fact is true, false, or not known; what is not known never counts as true.
"""

FACTS: dict[str, str] = {
    # of the debtor
    "debtor_unreachable": "The debtor's phone is invalid, or three attempts in a row reached nobody.",
    "debtor_deceased": "The debtor has died.",
    "debtor_incapable": "The debtor has no, or limited, capacity for civil acts.",
    "earlier_answer_incomplete_or_requested": (
        "The third party asked to be called again, or the earlier answer is believed wrong or incomplete."
    ),
    # of the debt
    "time_barred": "The limitation period of the debt has run out.",
    # of the contact point
    "prior_express_consent": "The person agreed beforehand to artificial or prerecorded voice here.",
    "residential_landline": "The number is a residential landline, not a mobile.",
    "workplace_number": "The number is the person's at work, neither at home nor mobile.",
    "sms_consent_or_text_60d": (
        "The person texted from this number, or gave or renewed consent to texts, within the last 60 days."
    ),
    "reassigned_db_ok_60d": (
        "The reassigned numbers database was asked within 60 days: the number still is the person's."
    ),
    # of the collector
    "recorded_line": "The call is recorded from its beginning.",
    "official_number": "The call shows one of the institution's published numbers.",
    "agency_whitelisted": "The agency is on the bank's published list.",
    "mandate_active": "The agency's mandate for this debt is in force today.",
    "id_cards_carried": "The visiting staff carry identification that they will show.",
    "audio_or_video_recording": "The visit is recorded in sound or picture.",
    "visit_notice_given": "The debtor was told of the visit and its purpose in good time.",
    "collector_named": "A named member of staff makes the contact, and not a machine or a pool.",
    "collector_trained": "The named member of staff holds every required certificate, unexpired.",
    "collector_tied": "The named member of staff has declared a tie to the person.",
    "collector_independent": "The named member of staff has declared no tie to the person.",
    "collector_overstayed": "The named member has been with the person for longer than rotation permits.",
    "rotation_excepted": "A second person let the named member stay with the person for some time.",
}

CONSENTS: dict[str, str] = {
    "time": "The person agreed to be contacted at hours that are otherwise closed.",
    "frequency": "The person agreed to more attempts a day than are otherwise permitted.",
    "call_frequency_7d": (
        "The person agreed, directly to the collector, to calls within the seven days that begin then."
    ),
}
