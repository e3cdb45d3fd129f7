"""What no data of ours tell, assumed. Each number stands here once, so that it can be doubted or changed."""

from shared.contracts.vocabulary import Product

# Customers
ACCOUNTS_OF_A_CUSTOMER = ((1, 0.85), (2, 0.12), (3, 0.03))
GUARANTOR_SHARE = 0.08
NO_PHONE_SHARE = 0.01
MAIL_SHARE = 0.8
ENGLISH_SHARE = 0.03
ZONES: tuple[tuple[str | None, float], ...] = (("Asia/Shanghai", 0.97), (None, 0.02), ("Asia/Urumqi", 0.01))
"""None: the bank does not know it."""

# Accounts
PRODUCTS = (
    (Product.CREDIT_CARD, 0.42),
    (Product.PERSONAL_LOAN, 0.34),
    (Product.SMALL_BUSINESS_LOAN, 0.09),
    (Product.MORTGAGE, 0.10),
    (Product.STUDENT_LOAN, 0.05),
)
TERMS = {
    Product.CREDIT_CARD: 24,
    Product.PERSONAL_LOAN: 36,
    Product.SMALL_BUSINESS_LOAN: 24,
    Product.MORTGAGE: 240,
    Product.STUDENT_LOAN: 60,
}
"""Monthly instalments. A card balance is repaid in instalments like a loan: there is no new spending."""
MEDIAN_INSTALMENT = {
    Product.CREDIT_CARD: 800,
    Product.PERSONAL_LOAN: 1500,
    Product.SMALL_BUSINESS_LOAN: 6000,
    Product.MORTGAGE: 4500,
    Product.STUDENT_LOAN: 600,
}
"""Yuan; instalments are spread log-normally around it."""
INSTALMENT_SPREAD = 0.5
SMALLEST_INSTALMENT = 100

# Arrears at the start
OVERDUE_SHARE = 0.3
OVERDUE_AT_ONCE = 2 / 3
"""Of the overdue share; the others miss a due date of the first days."""
FIRST_DAYS = 5

# Paying without being asked
LATEST_SELF_CURE_DAY = 28
"""Days after the due date; early ones are likelier (the square of a uniform draw)."""
ROLL_BACK_INSTALMENTS = 1

# What follows from a success: the attempts' data know no kinds of success
PAYS_ALL, PAYS_PART = 0.45, 0.15
"""The rest promises."""
PART_OF_ARREARS = (0.3, 0.7)
PAYS_AFTER_DAYS = ((0, 0.5), (1, 0.25), (2, 0.15), (3, 0.1))
PROMISED_DAYS = (1, 7)
PROMISES_ALL = 0.7
"""The others promise half."""
PROMISE_KEPT = 0.6
BROKEN_PAYS_LATER = 0.5
BROKEN_PAYS_AFTER_DAYS = (4, 10)
SAYS_PAID = 0.1
"""Of those who pay at once: they also write that they did."""

# Answers that are no success
COMPLAINS = 0.001
OPTS_OUT = 0.005
WRITES = 0.01
REPLY_MINUTES = (2, 180)
"""Soon is likelier (the square of a uniform draw)."""

# The means
REVERSED_PAYMENTS = 0.005
REVERSED_AFTER_DAYS = (1, 3)
LATE_EVENTS = 0.01
LATE_HOURS = (2, 30)
REPEATED_EVENTS = 0.005
DEAD_ADDRESSES = 0.02
"""Phone numbers and mailboxes that reach nobody."""
SMS_PRICE_PER_SEGMENT = "0.045"
"""Yuan."""
