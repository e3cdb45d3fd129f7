"""Conditions of segments: bounds on the position, and tests of what else is known.

An unknown value fulfils no test, unless the condition names its input in `or_unknown`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.strategy.domain.inputs import NOTHING_KNOWN, Flag, SegmentInputs
from shared.contracts.delinquency import CustomerPosition


@dataclass(frozen=True, slots=True)
class OneOf:
    """The input `name` is one of `allowed`."""

    name: str
    allowed: frozenset[str]
    or_unknown: bool = False

    def code(self, inputs: SegmentInputs) -> str | None:
        """The reason code where it holds, else None."""
        value = _value(inputs, self.name)
        if value is None:
            return f"{self.name}=unknown" if self.or_unknown else None
        return f"{self.name}={value}" if value in self.allowed else None


@dataclass(frozen=True, slots=True)
class Between:
    """The number `name` is within bounds, both included; None: no bound."""

    name: str
    minimum: int | None
    maximum: int | None
    or_unknown: bool = False

    def code(self, inputs: SegmentInputs) -> str | None:
        """The reason code where it holds, else None."""
        value = _value(inputs, self.name)
        if value is None:
            return f"{self.name}=unknown" if self.or_unknown else None
        assert isinstance(value, int)
        if self.minimum is not None and value < self.minimum:
            return None
        if self.maximum is not None and value > self.maximum:
            return None
        if self.maximum is None:
            return f"{self.name}>={self.minimum}"
        return f"{self.name}<={self.maximum}"


@dataclass(frozen=True, slots=True)
class Flagged:
    """All of these flags stand, and none of those."""

    all_of: tuple[Flag, ...] = ()
    none_of: tuple[Flag, ...] = ()

    def code(self, inputs: SegmentInputs) -> str | None:
        """The reason code where it holds, else None."""
        flags = inputs.profile.flags
        if not all(flag in flags for flag in self.all_of) or any(flag in flags for flag in self.none_of):
            return None
        return ",".join([f"flag={flag}" for flag in self.all_of] + [f"flag!={flag}" for flag in self.none_of])


Test = OneOf | Between | Flagged


@dataclass(frozen=True, slots=True)
class Condition:
    """All given bounds and tests hold. `codes` name the bounds on days and accounts.

    Of `minimum_arrears` one currency suffices; `below_arrears` holds where no currency reaches its amount.
    """

    minimum_dpd: int
    maximum_dpd: int | None
    minimum_accounts: int
    minimum_arrears: Mapping[str, Decimal]
    codes: tuple[str, ...]
    below_arrears: Mapping[str, Decimal] | None = None
    tests: tuple[Test, ...] = ()

    def reasons(
        self, position: CustomerPosition, inputs: SegmentInputs = NOTHING_KNOWN
    ) -> tuple[str, ...] | None:
        """The reason codes where the case is within every bound, else None."""
        dpd = position.days_past_due
        if dpd < self.minimum_dpd or (self.maximum_dpd is not None and dpd > self.maximum_dpd):
            return None
        if position.overdue_accounts < self.minimum_accounts:
            return None
        codes = self.codes
        if self.minimum_arrears:
            reached = self._reached(position)
            if reached is None:
                return None
            codes = (*codes, reached)
        if self.below_arrears:
            if _any_reaches(position, self.below_arrears):
                return None
            codes = (*codes, *(f"arrears<{name}{most:f}" for name, most in self.below_arrears.items()))
        return self._tested(codes, inputs) if self.tests else codes

    def _reached(self, position: CustomerPosition) -> str | None:
        for owed in position.arrears:
            least = self.minimum_arrears.get(owed.currency)
            if least is not None and owed.amount >= least:
                return f"arrears>={owed.currency}{least:f}"
        return None

    def _tested(self, codes: tuple[str, ...], inputs: SegmentInputs) -> tuple[str, ...] | None:
        said = []
        for test in self.tests:
            code = test.code(inputs)
            if code is None:
                return None
            said.append(code)
        return (*codes, *said)


def _any_reaches(position: CustomerPosition, amounts: Mapping[str, Decimal]) -> bool:
    return any(
        (least := amounts.get(owed.currency)) is not None and owed.amount >= least
        for owed in position.arrears
    )


def _value(inputs: SegmentInputs, name: str) -> str | int | None:
    value: str | int | None = inputs.product if name == "product" else getattr(inputs.profile, name)
    return value
