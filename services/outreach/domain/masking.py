"""What may be shown of a contact point: enough to recognise it, too little to use it."""

from shared.contracts.vocabulary import ContactPointKind

_DOTS = "****"


def masked(kind: ContactPointKind, value: str) -> str:
    """138****5678, l****@bank.example; of anything else nothing."""
    if kind is ContactPointKind.PHONE:
        return f"{value[:3]}{_DOTS}{value[-4:]}" if len(value) >= 11 else f"{_DOTS}{value[-2:]}"
    if kind is ContactPointKind.EMAIL and "@" in value:
        name, _, domain = value.rpartition("@")
        return f"{name[:1]}{_DOTS}@{domain}"
    return _DOTS
