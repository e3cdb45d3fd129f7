"""Payloads in the shape of Apache Fineract's published schemas, written for these tests."""

from typing import Any

CNY = {"code": "CNY", "name": "Yuan", "decimalPlaces": 2, "displaySymbol": "¥", "inMultiplesOf": None}

BALANCE: dict[str, Any] = {
    "id": 42,
    "accountNo": "000000042",
    "externalId": None,
    "status": {
        "id": 300,
        "code": "loanStatusType.active",
        "value": "Active",
        "active": True,
        "closed": False,
    },
    "clientId": 7,
    "clientName": "someone",
    "loanProductId": 3,
    "currency": CNY,
    "principal": "5000.000000",
    "summary": {"totalOutstanding": "4800.000000", "totalOverdue": "200.000000"},
    "delinquent": {
        "pastDueDays": 37,
        "pastDueDate": "2025-02-01",
        "delinquentDays": 34,
        "delinquentDate": "2025-02-04",
        "delinquentAmount": "200.000000",
    },
    "chargedOff": False,
}
"""LoanAccountDataV1."""

RANGE: dict[str, Any] = {
    "loanId": 42,
    "loanAccountNo": "000000042",
    "loanExternalId": None,
    "delinquencyRange": {"id": 2, "classification": "31-60", "minimumAgeDays": 31, "maximumAgeDays": 60},
    "charges": [],
    "currency": CNY,
    "amount": {
        "principalAmount": "300.000000",
        "interestAmount": "10.500000",
        "feeAmount": "0.000000",
        "penaltyAmount": "0.000000",
        "totalAmount": "310.500000",
    },
    "delinquentDate": "2025-01-15",
}
"""LoanAccountDelinquencyRangeDataV1."""

REPAYMENT: dict[str, Any] = {
    "id": 77,
    "loanId": 42,
    "type": {"id": 2, "code": "loanTransactionType.repayment", "repayment": True},
    "date": "2025-03-10",
    "currency": CNY,
    "amount": "110.500000",
    "principalPortion": "100.000000",
    "interestPortion": "10.500000",
    "manuallyReversed": False,
}
"""LoanTransactionDataV1."""

ADJUSTED: dict[str, Any] = {
    "transactionToAdjust": {**REPAYMENT, "manuallyReversed": True, "reversedOnDate": "2025-03-10"},
    "newTransactionDetail": {**REPAYMENT, "id": 78, "amount": "90.000000"},
}
"""LoanTransactionAdjustmentDataV1."""


def message(kind: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """MessageV1 with its data decoded."""
    envelope = {
        "id": 900,
        "source": "fineract-1",
        "type": kind,
        "category": "LOAN",
        "createdAt": "2025-03-10T08:00:00.123456",
        "businessDate": "2025-03-10",
        "tenantId": "default",
        "idempotencyKey": f"key-{kind}-900",
        "dataschema": "org.apache.fineract.avro.loan.v1",
        "data": data,
    }
    return envelope | changes


def changed(data: dict[str, Any], part: str, **changes: Any) -> dict[str, Any]:
    """The data with another value inside a part of it."""
    return {**data, part: {**data[part], **changes}}
