"""What is known of how people pay late, how they cure, and when they pay: facts, with their sources.

* Card accounts: UCI "default of credit card clients" (Taiwan 2005; I-C. Yeh and C. Lien 2009,
  doi 10.1016/j.eswa.2007.12.020), licence CC BY 4.0. Counts and transition rates derived from 30,000 rows.
* Attempts: UCI bank marketing, outbound calls of a Portuguese bank 2008-2010 (S. Moro, P. Cortez, P. Rita
  2014, doi 10.1016/j.dss.2014.03.001), licence CC BY 4.0. Hazards derived from its 41,188 rows.
* Credit records: transition rates of the monthly status of loans, derived from 1,002,590 account-months
  of a public credit record; rates only.
* Hours: share of first repayments by local hour of day, derived from 18,183 short loans; shares only.
"""

LATE_STATUSES = range(1, 9)
"""Months late, as the card data count them; 8 means eight or more."""

PAY_STATUS_MONTHS = ("Apr", "May", "Jun", "Jul", "Aug", "Sep")
PAY_STATUS_ACCOUNTS: dict[int, tuple[int, ...]] = {
    -2: (4895, 4546, 4348, 4085, 3782, 2759),
    -1: (5740, 5539, 5687, 5938, 6050, 5686),
    0: (16286, 16947, 16455, 15764, 15730, 14737),
    1: (0, 0, 2, 4, 28, 3688),
    2: (2766, 2626, 3159, 3819, 3927, 2667),
    3: (184, 178, 180, 240, 326, 322),
    4: (49, 84, 69, 76, 99, 76),
    5: (13, 17, 35, 21, 25, 26),
    6: (19, 4, 5, 23, 12, 11),
    7: (46, 58, 58, 27, 20, 9),
    8: (2, 1, 2, 3, 1, 19),
}
"""Card accounts at each PAY status (-2 unused, -1 paid duly, 0 minimum paid, k months late) by month."""

LATE_ACCOUNTS = tuple(PAY_STATUS_ACCOUNTS[status][-1] for status in LATE_STATUSES)
"""Accounts 1 to 8 months late in September, the only month that shows those one month late."""

CARD_ROLL_RATES: dict[int, dict[int, float]] = {
    -2: {-2: 0.8415, -1: 0.0826, 0: 0.061, 1: 0.0007, 2: 0.0142},
    -1: {-2: 0.0747, -1: 0.7542, 0: 0.1309, 1: 0.0004, 2: 0.0398},
    0: {-2: 0.0001, -1: 0.0535, 0: 0.8844, 2: 0.0619},
    2: {-2: 0.0004, -1: 0.0743, 0: 0.2275, 1: 0.0003, 2: 0.6361, 3: 0.0614},
    3: {-1: 0.0473, 0: 0.1176, 2: 0.3721, 3: 0.1726, 4: 0.2903},
    4: {-1: 0.0108, 0: 0.0288, 2: 0.2554, 3: 0.0755, 4: 0.3273, 5: 0.3022},
    5: {0: 0.0349, 2: 0.2093, 3: 0.0698, 4: 0.093, 5: 0.1395, 6: 0.4535},
    6: {-1: 0.0196, 0: 0.0196, 2: 0.098, 3: 0.0196, 4: 0.0196, 5: 0.0392, 6: 0.0784, 7: 0.7059},
    7: {2: 0.2963, 3: 0.0106, 6: 0.0053, 7: 0.6667, 8: 0.0212},
    8: {2: 0.375, 4: 0.125, 7: 0.125, 8: 0.375},
}
"""Card accounts: from a status to that of the next month, April to August. Status 1 hardly occurs in them."""

RECORD_ROLL_RATES: dict[str, dict[str, float]] = {
    "0": {"X": 0.07289, "C": 0.05117, "0": 0.85656, "1": 0.01894, "2": 0.00028, "3": 4e-05, "5": 0.00012},
    "1": {"X": 0.03697, "C": 0.09295, "0": 0.49949, "1": 0.31778, "2": 0.05206, "3": 0.00056, "5": 0.00019},
}
"""Credit records, the first two states: 0 current or 1-29 days past due, 1 30-59; C closed, X no loan."""

ATTEMPT_HAZARD = (
    *(0.0558, 0.0514, 0.0442, 0.0326, 0.0241, 0.0222, 0.0158, 0.0096, 0.0123),
    *(0.011, 0.0138, 0.0043, 0.0071, 0.0021, 0.0049),
)
"""Chance that the k-th attempt succeeds where those before did not."""

LATER_ATTEMPT_HAZARD = 10 / 2140
"""The same after the 15th: successes over clients reached of the attempts 12 to 15 together."""

REPAYMENT_HOURS = (
    *(0.036, 0.0143, 0.0059, 0.0052, 0.016, 0.0135, 0.0179, 0.0339, 0.0511, 0.073, 0.0671, 0.0654),
    *(0.0623, 0.0642, 0.0622, 0.0606, 0.0561, 0.0541, 0.046, 0.0564, 0.0488, 0.0394, 0.0296, 0.021),
)
"""Share of repayments by local hour of day."""


def success_rate(attempt: int) -> float:
    """Chance that an attempt succeeds; `attempt` counts from 1."""
    return ATTEMPT_HAZARD[attempt - 1] if attempt <= len(ATTEMPT_HAZARD) else LATER_ATTEMPT_HAZARD


def cure_rate(months_late: int) -> float:
    """Chance that an account in its k-th month of arrears is current a month later.

    The card data hardly know a first month; there the credit records' rate at 30-59 days stands in.
    """
    if months_late <= 1:
        return sum(rate for status, rate in RECORD_ROLL_RATES["1"].items() if status in "XC0")
    rates = CARD_ROLL_RATES[min(months_late, 8)]
    return sum(rate for status, rate in rates.items() if status <= 0)


def roll_back_rate(months_late: int) -> float:
    """Chance that it is still late a month later, but by less."""
    if months_late <= 1:
        return 0.0
    rates = CARD_ROLL_RATES[min(months_late, 8)]
    return sum(rate for status, rate in rates.items() if 0 < status < min(months_late, 8))


def missed_rate() -> float:
    """Chance that a current account misses a due date.

    So many that those who do not cure in the first month are as many as roll from current to late in the
    card data.
    """
    rolled = sum(rate for status, rate in CARD_ROLL_RATES[0].items() if status > 0)
    return rolled / (1 - cure_rate(1))
