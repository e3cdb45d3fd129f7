"""What the doors look up of accounts on file."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.adapters.fineract import KnownLoan
from shared.contracts.vocabulary import Product

_LOANS = text(
    "SELECT account_id, customer_id, snapshot ->> 'product', snapshot ->> 'outstanding' FROM account"
    " WHERE account_id = ANY(CAST(:accounts AS text[]))"
)


async def known_loans(connection: AsyncConnection, account_ids: Iterable[str]) -> dict[str, KnownLoan]:
    """The accounts on file with their owners, products and balances as last told."""
    wanted = sorted(account_ids)
    if not wanted:
        return {}
    rows = await connection.execute(_LOANS, {"accounts": wanted})
    return {
        row[0]: KnownLoan(
            row[1],
            None if row[2] is None else msgspec.convert(row[2], Product),
            Decimal(row[3] or 0),
        )
        for row in rows
    }
