"""The tags that the linter gives to a message and that content rules may name, a sentence each."""

REQUIRED: dict[str, str] = {
    "institution_name": "Names the institution for which the debt is collected.",
    "opt_out_method": "Says how to stop further messages to this address or number, simply.",
    "debt_collector_disclosure": (
        "Says that it is from a debt collector; the first one also that information will be used to collect."
    ),
    "debtor_name": "Names the debtor to whom it is addressed.",
    "balance": "States the balance owed.",
    "reason": "States why the debt is collected.",
    "legal_basis": "States the legal basis of the demand.",
    "rights": "States the debtor's rights and duties.",
    "how_to_query": "Says how to ask about the debt.",
    "how_to_object": "Says how to object and to hand in evidence.",
    "contact_details": "Gives the institution's contact details.",
    "seal": "Bears the institution's seal.",
}
"""What a message may have to hold."""

FORBIDDEN: dict[str, str] = {
    "threat": "Threatens violence, harm or pursuit.",
    "insult": "Insults or humiliates.",
    "judicial_impersonation": "Poses as court, police or another authority, or copies their papers.",
    "fake_blacklist": "Misleads about, or invents, a blacklist or its effects.",
    "false_legal_consequence": "Claims legal consequences that do not follow or are not intended.",
    "false_promise": "Promises what the institution does not grant.",
    "exaggerated_amount": "States more than is owed.",
    "borrow_to_repay": "Pushes to borrow, sell or raise money unlawfully in order to pay.",
    "extra_fee": "Demands fees beyond the debt.",
    "public_posting": "Announces or carries out the publishing of the debt.",
    "private_number": "Asks to answer to a private number or account.",
    "third_party_debt_disclosure": "Tells someone else of the debt.",
    "sue_threat": "Threatens or suggests legal action.",
    "postcard": "Is sent as a postcard.",
    "public_social_media": "Can be seen by the public on social media.",
    "envelope_debt_language": "Shows on the outside that it is about a debt.",
    "work_email_without_consent": "Goes to an e-mail address at work without a basis.",
    "disclosure_in_other_language": "Gives its disclosures in another language than the debtor is served in.",
    "premium_rate_number": "Asks to call a number at a premium rate.",
    "misleading_inducement": "Induces contact under a misunderstanding, such as a missed delivery.",
    "addressed_to_occupier": "Threatens whoever lives at the address.",
    "undue_pressure": "Presses to pay in one or few sums, too fast, or by borrowing or selling.",
    "anonymous": "Hides who is contacting.",
}
"""What a message may have to be free of."""
