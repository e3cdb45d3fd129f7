"""The events that sequence rules, deadlines and retention may name, a sentence each."""

EVENTS: dict[str, str] = {
    "initial_communication": "The first communication about the debt with the person.",
    "validation_sent": "The validation information was given or sent.",
}
"""What a sequence rule may look for."""

DEADLINE_EVENTS: dict[str, str] = {
    "complaint_received": "A complaint came in; due is the decision.",
    "complaint_summary": "A complaint came in; due is the end of the short procedure.",
    "limitation_started": "The debt, or its last instalment, fell due; due is the limitation.",
    "limitation_interrupted": "A demand or acknowledgement restarted the limitation; due is its end.",
    "infringement_happened": "The right was infringed, known or not; due is the absolute limitation.",
    "consent_revoked": "The person withdrew consent to calls or texts; due is the last day to honour it.",
    "opt_out_received": "An opt-out by text came in; due is the one confirmation.",
    "initial_communication": "The first communication about the debt; due is the validation information.",
    "validation_sent": "The validation information was sent; due is the end of the validation period.",
    "credit_notice_sent": "The consumer was written to before reporting; due is the end of the wait.",
    "email_notice_sent": "The notice of e-mail use was sent; due is the earliest end of the opt-out.",
    "breathing_space_started": "A breathing space began; due is its end.",
    "crisis_treatment_ended": "Mental health crisis treatment ended; due is the end of the moratorium.",
    "adviser_plan_announced": "A debt adviser is agreeing a plan; due is the end of the pause.",
    "agency_reviewed": "An agency was reviewed; due is its next review.",
}
"""From what a deadline may run."""

KEPT: dict[str, str] = {
    "call_recording": "Recordings of calls.",
    "collection_record": "Records of collection: requests, decisions, attempts and their outcomes.",
    "oral_instalment_audio": "The recording of an instalment agreement made by word of mouth.",
    "impact_assessment": "Assessments of the impact on personal information, and records of processing.",
    "evidence_of_compliance": "Everything that shows compliance or the lack of it.",
    "complaint_record": "Files of complaints.",
    "visit_recording": "Sound or pictures of visits.",
}
"""What retention may speak of."""

KEPT_FROM: dict[str, str] = {
    "created": "When the record was made.",
    "call_date": "When the call was.",
    "last_collection_activity": "The last act of collection on the debt.",
    "settled": "When the debt was paid off or written out of the books.",
    "closed": "When the file was closed.",
}
"""From when a period of retention may run."""
