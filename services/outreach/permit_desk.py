"""Redeeming permits at compliance, just before something leaves the bank."""

import asyncio
from collections.abc import Sequence
from typing import Literal, NamedTuple

import httpx
import msgspec

from shared.ids import derive_id

MOST = 500


class GateUnavailableError(Exception):
    """Compliance gave no usable answer: nothing may be sent."""


class Redemption(NamedTuple):
    """The gate's word on one permit; `reason` is a rule's id where it is refused.

    `leaf_index` is where the audit log holds the redemption; always there where it is redeemed.
    """

    redeemed: bool
    reason: str
    leaf_index: int | None = None


class _Asked(msgspec.Struct):
    permit_id: str
    contact_id: str
    dispatch_id: str


class _Request(msgspec.Struct):
    redemptions: list[_Asked]


class _Answer(msgspec.Struct):
    permit_id: str
    result: Literal["redeemed", "refused"]
    reason: str | None = None
    leaf_index: int | None = None


class _Answers(msgspec.Struct):
    results: list[_Answer]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Answers).decode


class PermitDesk:
    """Compliance's redemption endpoint at `url`."""

    def __init__(self, *, url: str, api_key: str, timeout: float = 10.0) -> None:
        """`timeout` in seconds, for a whole request."""
        self.deadline = timeout
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"X-API-Key": api_key, "Content-Type": "application/json"},
            timeout=httpx.Timeout(timeout, connect=min(5.0, timeout)),
            follow_redirects=False,
            trust_env=False,
        )

    async def redeem(self, permits: Sequence[tuple[str, str]]) -> dict[str, Redemption]:
        """The answers for up to `MOST` pairs of permit id and contact id.

        A permit has one dispatch id for ever, so that asking again after a crash is the same redemption.
        Permits that the answer leaves out are left out, and so are those that it calls redeemed without their
        leaf: nothing leaves that the audit log does not hold. Raises GateUnavailableError.
        """
        asked = [_Asked(permit, contact, derive_id("dispatch", permit)) for permit, contact in permits]
        try:
            async with asyncio.timeout(self.deadline):
                response = await self._client.post("/redemptions", content=_encode(_Request(asked)))
            if response.status_code != 200:
                raise GateUnavailableError(f"compliance answered {response.status_code}")
            answers = _decode(response.content).results
        except (httpx.HTTPError, TimeoutError, msgspec.MsgspecError) as error:
            raise GateUnavailableError(type(error).__name__) from None
        return {
            answer.permit_id: Redemption(
                answer.result == "redeemed", answer.reason or "refused", answer.leaf_index
            )
            for answer in answers
            if answer.result == "refused" or answer.leaf_index is not None
        }

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()
