"""One round of a channel: claim, settle what is in doubt, redeem, send, record. Every step has a deadline."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.outreach import metrics
from services.outreach.channels.port import (
    ChannelAdapter,
    LookupUnavailableError,
    SendResult,
    SendStatus,
)
from services.outreach.composing import Composed, Composer
from services.outreach.content import Messages
from services.outreach.domain import facts
from services.outreach.permit_desk import MOST as MOST_PERMITS
from services.outreach.permit_desk import GateUnavailableError, PermitDesk
from services.outreach.recording import Expired, Recorder, sent, unknown
from services.outreach.store import claims as store
from services.outreach.store.claims import Claim
from shared.stream.transaction import Transactions
from shared.telemetry.logs import get_logger

T = TypeVar("T")
_log = get_logger(__name__)
_PARALLEL = 5
_MARGIN_SECONDS = 5.0
_PERMIT_GONE = frozenset({"permit-expired", "permit-withdrawn"})
"""The gate let the permit lapse, in whatever case it writes this: nothing was decided against the contact."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at a time and how long; seconds. The lease outlasts every deadline of a round."""

    most: int = 500
    lease: float = 30.0
    doubt: float = 3.0


@dataclass(slots=True)
class RoundResult:
    """What the loop needs to know: whether there was work, how long to pause, whether the gate was away."""

    claimed: int = 0
    pause: float = 0.0
    gate_away: bool = False


@dataclass(slots=True)
class _Round:
    """What is known about the claims so far."""

    started: float
    messages: Messages
    """What can be said."""
    result: RoundResult
    outcome: dict[str, object] = field(default_factory=dict)
    """The fact about each contact that is settled."""
    held: list[str] = field(default_factory=list)
    """Contacts that stay in doubt."""


@dataclass(slots=True)
class ChannelRounds:
    """The rounds of one adapter."""

    adapter: ChannelAdapter
    transactions: Transactions
    desk: PermitDesk
    composer: Composer
    recorder: Recorder
    pace: Pace

    async def run(self) -> RoundResult:
        """Take what is ready and bring it to an end, or give it back."""
        started = time.monotonic()
        claims, messages = await self._claim()
        result = RoundResult(len(claims))
        if not claims:
            return result
        this = _Round(started, messages, result)
        ready = [claim for claim in claims if not claim.in_doubt]
        ready += await self._settle([claim for claim in claims if claim.in_doubt], this)
        ready = self._without_expired(ready, this)
        composed = self._compose(ready, this)
        redeemed = await self._redeem(composed, this)
        await self._send(redeemed, this)
        await self._finish(this)
        metrics.round_seconds.labels(self.adapter.provider).observe(time.monotonic() - started)
        return result

    async def _claim(self) -> tuple[list[Claim], Messages]:
        most = min(self.pace.most, self.adapter.most * _PARALLEL)
        async with self.transactions.engine.begin() as connection:
            claims = await store.claim(connection, self.adapter.channels, most, self.pace.lease)
            return claims, await self.composer.messages(connection)

    async def _settle(self, doubtful: Sequence[Claim], this: _Round) -> list[Claim]:
        """Learn what a dispatch without a record came to; returns those that were certainly not sent."""
        if not doubtful:
            return []
        metrics.in_doubt_total.labels(self.adapter.provider).inc(len(doubtful))
        if self.adapter.can_look_up:
            unsent = await self._look_up(doubtful, this)
        else:
            unsent = [claim for claim in doubtful if not claim.handed_over]
            for claim in doubtful:
                if claim.handed_over:
                    this.outcome[claim.contact_id] = unknown(
                        claim.permit_id, self.adapter, self._digest(claim, this)
                    )
        for claim in unsent:
            if claim.stop_reason:
                this.outcome[claim.contact_id] = facts.Released(claim.permit_id)
        return [claim for claim in unsent if not claim.stop_reason]

    async def _look_up(self, doubtful: Sequence[Claim], this: _Round) -> list[Claim]:
        unsent: list[Claim] = []
        for part in _parts(doubtful, self.adapter.most):
            try:
                found = await self.adapter.lookup([claim.permit_id for claim in part])
            except LookupUnavailableError as error:
                metrics.lookups_failed_total.labels(self.adapter.provider).inc()
                _log.warning(
                    "lookup_failed", provider=self.adapter.provider, error=str(error), count=len(part)
                )
                this.held += [claim.contact_id for claim in part]
                continue
            known = {result.permit_id: result for result in found}
            for claim in part:
                if claim.permit_id in known:
                    digest = self._digest(claim, this)
                    self._conclude(claim.contact_id, known[claim.permit_id], digest, this)
                else:
                    unsent.append(claim)
        return unsent

    def _without_expired(self, ready: Sequence[Claim], this: _Round) -> list[Claim]:
        now = self.transactions.clock.now()
        for claim in ready:
            if claim.valid_until <= now:
                this.outcome[claim.contact_id] = Expired(claim.permit_id)
        return [claim for claim in ready if claim.valid_until > now]

    def _compose(self, ready: Sequence[Claim], this: _Round) -> list[Composed]:
        composed, without = self.composer.compose(ready, this.messages, written=self.adapter.writes)
        this.outcome.update(without)
        return composed

    async def _redeem(self, composed: Sequence[Composed], this: _Round) -> list[Composed]:
        """The messages whose permits the gate redeemed."""
        redeemed: list[Composed] = []
        for part in _parts(composed, MOST_PERMITS):
            pairs = [(item.message.permit_id, item.message.contact_id) for item in part]
            try:
                answers = await self.desk.redeem(pairs)
            except GateUnavailableError as error:
                metrics.gate_unavailable_total.inc()
                _log.error("gate_unavailable", error=str(error), unsent=len(pairs))
                this.result.gate_away = True
                answers = {}
            for item in part:
                answer = answers.get(item.message.permit_id)
                if answer is None:
                    this.result.pause = 1.0
                    self._release(item, this)
                elif answer.redeemed:
                    logged = item.message._replace(leaf_index=answer.leaf_index)
                    redeemed.append(item._replace(message=logged))
                else:
                    this.outcome[item.message.contact_id] = self._refusal(item, answer.reason)
        return redeemed

    def _refusal(self, item: Composed, reason: str) -> object:
        if reason.lower() in _PERMIT_GONE:
            return Expired(item.message.permit_id)
        return facts.Refused(item.message.permit_id, reason)

    async def _send(self, messages: Sequence[Composed], this: _Round) -> None:
        left = self.pace.lease - (time.monotonic() - this.started)
        if left < self.adapter.deadline + _MARGIN_SECONDS:
            # Another dispatcher may take these over while we send: give them back instead.
            for item in messages:
                self._release(item, this)
            return
        if messages and not self.adapter.can_look_up:
            async with self.transactions.engine.begin() as connection:
                await store.hand_over(connection, [item.message.contact_id for item in messages])
        parts = list(_parts(messages, self.adapter.most))
        await asyncio.gather(*(self._send_part(part, this) for part in parts))

    async def _send_part(self, part: Sequence[Composed], this: _Round) -> None:
        results = {result.permit_id: result for result in await self.adapter.send([m.message for m in part])}
        for item in part:
            self._conclude(item.message.contact_id, results[item.message.permit_id], item.digest, this)

    def _digest(self, claim: Claim, this: _Round) -> str | None:
        return self.composer.digest(claim, this.messages) if self.adapter.writes else None

    def _conclude(self, contact_id: str, result: SendResult, digest: str | None, this: _Round) -> None:
        if result.status is SendStatus.ACCEPTED:
            this.outcome[contact_id] = sent(result, self.adapter, digest)
        elif result.status is SendStatus.REJECTED:
            reason = f"rejected: {result.reason or 'no reason given'}"
            this.outcome[contact_id] = facts.Rejected(result.permit_id, self.adapter.provider, reason)
        elif result.status is SendStatus.NOT_SENT:
            this.result.pause = max(this.result.pause, result.retry_after)
            this.outcome[contact_id] = facts.Released(result.permit_id)
        elif self.adapter.can_look_up:
            this.held.append(contact_id)
        else:
            this.outcome[contact_id] = unknown(result.permit_id, self.adapter, digest)

    def _release(self, item: Composed, this: _Round) -> None:
        this.outcome[item.message.contact_id] = facts.Released(item.message.permit_id)

    async def _finish(self, this: _Round) -> None:
        if this.held:
            async with self.transactions.engine.begin() as connection:
                await store.hold(connection, this.held, self.pace.doubt)
        await self.recorder.record(this.outcome, self.adapter)


def _parts(items: Sequence[T], most: int) -> Iterable[Sequence[T]]:
    return (items[start : start + most] for start in range(0, len(items), most))
