"""The world of one portfolio: what happens in it as time is let pass."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from simulator import assumptions as assumed
from simulator.accounts import CURRENCY, Account, money
from simulator.agenda import Agenda, Answer, Arrival, Deed, LateEvent, Payment, Return
from simulator.announcing import Announcer
from simulator.borrowers import Kind, Message, Reaction, Traits, react
from simulator.corebank import CoreBank, Said, overdue_accounts, spread
from simulator.draws import between, draw
from simulator.feedback import Feedback, Reply
from simulator.hours import business_day, night_run_of, paying_time, zone_of
from simulator.journal import Journal
from simulator.portfolio import Customer, Wish, accounts_of, make_portfolio
from simulator.publisher import Publisher
from simulator.repayment import Habit, month_of
from simulator.rounds import Rounds

_BREATHE_EVERY = 200
_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What world is wanted; with `in_rounds` its driver asks for each round of what customers say."""

    accounts: int
    seed: int
    start: datetime
    overdue_share: float = assumed.OVERDUE_SHARE
    in_rounds: bool = False


class World:
    """Customers, their bank, and an agenda. `now` is how far time was let pass."""

    def __init__(
        self, beginning: Beginning, journal: Journal, publisher: Publisher, feedback: Feedback
    ) -> None:
        self.beginning = beginning
        self.seed = beginning.seed
        self.now = beginning.start.astimezone(UTC)
        day = business_day(self.now)
        if night_run_of(day) > self.now:
            day -= timedelta(days=1)
        self._billed = day
        self.agenda = Agenda()
        wish = Wish(beginning.accounts, beginning.seed, day, beginning.overdue_share)
        self.customers = make_portfolio(wish)
        self.bank = CoreBank(self.customers)
        self._rounds = Rounds(taking_turns=beginning.in_rounds)
        self.announcer = Announcer(beginning.seed, journal, self.agenda, self._rounds)
        self._opening: deque[Iterator[Said]] = deque()
        self._publisher = publisher
        self._feedback = feedback
        self._passing = asyncio.Lock()
        self._replies: list[Reply] = []
        self.reactions: Counter[str] = Counter()
        self.payments = self.reversals = 0

    @property
    def last_event_ids(self) -> list[str | None]:
        """The id of the last event that the bank published in each partition."""
        return self.announcer.last_event_ids

    @property
    def waits_for_a_round(self) -> bool:
        """Whether there is more to say, in rounds to come."""
        return bool(self._opening or self._rounds.waiting)

    async def open(self) -> dict[str, int]:
        """Publish everyone and every account, or persons as the first round; the broker then has them."""
        async with self._passing:
            if not self.announcer.published:
                self._opening.extend(self.bank.opening(self.now))
                await self._open_next()
                while self._opening and not self.beginning.in_rounds:
                    await self._open_next()
                for account in accounts_of(self.customers):
                    if account.months_behind:
                        self._plan(account, business_day(self.now), misses=True)
            await self._publisher.caught_up()
        return {
            "accounts": self.beginning.accounts,
            "customers": len(self.customers),
            "events_published": self.announcer.published,
        }

    async def advance(self, to: datetime) -> dict[str, int]:
        """Do all that is due up to `to`, in order; returns when the broker and outreach have taken it.

        In rounds, what is the customer's second word or a later one waits for `next_round`.
        """
        async with self._passing:
            before = self.announcer.published
            self.now = max(self.now, to.astimezone(UTC))
            self._rounds.next()
            done = 0
            while self._step(to):
                done += 1
                if done % _BREATHE_EVERY == 0:
                    await asyncio.sleep(0)
            return await self._taken(before)

    async def next_round(self) -> dict[str, int]:
        """Say what waits for the next round; returns when the broker and outreach have taken it."""
        async with self._passing:
            before = self.announcer.published
            if self._opening:
                await self._open_next()
            else:
                self._rounds.next()
            return await self._taken(before)

    async def _open_next(self) -> None:
        self._rounds.next()
        for number, said in enumerate(self._opening.popleft()):
            self.announcer.publish(said, self.now)
            if number % _BREATHE_EVERY == 0:
                await asyncio.sleep(0)

    async def _taken(self, published_before: int) -> dict[str, int]:
        await self._publisher.caught_up()
        replies = self._replies
        await self._feedback.send_replies(replies)
        self._replies = []
        return {
            "events_published": self.announcer.published - published_before,
            "replies_sent": len(replies),
        }

    def arrived(self, arrival: Arrival, at: datetime) -> None:
        """A message reached a person at `at`; they react when time passes beyond that instant.

        So all messages of one instant are read in the order of their names, not of their arrival.
        """
        if arrival.person // 2 < len(self.customers):
            self.agenda.add(at + _AFTER, arrival)

    def replies_due(self, now: datetime) -> int:
        """Replies not sent yet that should have been by `now`."""
        return len(self._replies) + self.agenda.answers_due(now)

    def summary(self) -> dict[str, Any]:
        """What happened so far."""
        day = business_day(self.now)
        overdue = [account for account in accounts_of(self.customers) if account.is_overdue(day)]
        return {
            "now": self.now.isoformat(),
            "accounts": self.beginning.accounts,
            "customers": len(self.customers),
            "overdue_accounts": len(overdue),
            "arrears": str(money(sum(account.arrears for account in overdue))),
            "currency": CURRENCY,
            "events": dict(sorted(self.announcer.by_type.items())),
            "events_late": self.announcer.late,
            "events_repeated": self.announcer.repeated,
            "payments": self.payments,
            "paid": str(money(self.bank.money_paid)),
            "payments_reversed": self.reversals,
            "returned": str(money(self.bank.money_returned)),
            "reactions": dict(sorted(self.reactions.items())),
        }

    def _step(self, to: datetime) -> bool:
        """Do what is due next; False where nothing more is due up to `to`."""
        run, next_at = night_run_of(self._billed + timedelta(days=1)), self.agenda.next_at()
        # A payment of the very instant goes first: the snapshot then counts it, as its instant says.
        if run <= to and (next_at is None or run < next_at):
            self._night_run(run)
            return True
        if next_at is None or next_at > to:
            return False
        at, deed = self.agenda.pop()
        self._do(at, deed)
        return True

    def _night_run(self, at: datetime) -> None:
        self._billed += timedelta(days=1)
        for account in self.bank.bill(self._billed):
            misses, account.misses_next = account.misses_next, False
            self._plan(account, self._billed, misses=misses)
        for said in self.bank.report(at):
            self.announcer.say(said, at)

    def _plan(self, account: Account, day: date, *, misses: bool) -> None:
        """What the borrower does by themselves in the month that begins on `day`."""
        month = month_of(self.seed, account.account_id, account.billed, account.months_behind, misses=misses)
        if month.habit is Habit.STAYS_LATE:
            return
        zone = zone_of(self.customers[account.customer].zone)
        hour = draw(self.seed, "month paid at", account.account_id, account.billed)
        # On the due date itself people pay after the night run, whose snapshot does not know of it.
        first_hour = 6 if month.habit is Habit.ON_TIME else 0
        at = paying_time(day + timedelta(days=month.days), zone, hour, first_hour)
        cents = (
            account.instalment * assumed.ROLL_BACK_INSTALMENTS if month.habit is Habit.ROLLS_BACK else None
        )
        name = f"{account.account_id}/{account.billed}"
        self.agenda.add(at, Payment(name, account.customer, account, cents))

    def _do(self, at: datetime, deed: Deed) -> None:
        if isinstance(deed, Payment):
            self._pay(at, deed)
        elif isinstance(deed, Arrival):
            self._read(at, deed)
        elif isinstance(deed, Answer):
            self._rounds.take(deed.customer_id, partial(self._replies.append, deed.reply))
        elif isinstance(deed, LateEvent):
            self.announcer.publish(deed.said, at)
        elif isinstance(deed, Return) and (said := self.bank.reverse(deed.paid, at)) is not None:
            self.reversals += 1
            self.announcer.say(said, at)

    def _pay(self, at: datetime, deed: Payment) -> None:
        overdue = overdue_accounts(self.customers[deed.customer], business_day(at))
        for account, cents in spread(overdue if deed.account is None else [deed.account], deed.cents):
            paid, said = self.bank.pay(account, cents, at)
            self.payments += 1
            self.announcer.say(said, at)
            if draw(self.seed, "reversed", paid.payment_id) < assumed.REVERSED_PAYMENTS:
                chance = draw(self.seed, "reversed after", paid.payment_id)
                days = between(chance, *assumed.REVERSED_AFTER_DAYS)
                self.agenda.add(at + timedelta(days=days), Return(paid.payment_id, paid))

    def _read(self, at: datetime, arrival: Arrival) -> None:
        customer = self.customers[arrival.person // 2]
        guarantor = bool(arrival.person % 2)
        customer.attempts += not guarantor
        at -= _AFTER
        message = Message(arrival.name, 1 if guarantor else customer.attempts, at)
        reaction = react(self.seed, message, self._traits(customer, at, guarantor=guarantor))
        self.reactions[reaction.kind] += 1
        if reaction.kind is Kind.OPTS_OUT and not guarantor:
            customer.opted_out = True
        if reaction.committed_until is not None:
            customer.committed_until = reaction.committed_until
        self._follow(customer, arrival, reaction)

    def _traits(self, customer: Customer, at: datetime, *, guarantor: bool) -> Traits:
        return Traits(
            arrears=self.bank.arrears_of(customer, business_day(at)),
            zone=customer.zone,
            language="zh-CN" if guarantor else customer.language,
            committed=customer.committed_until is not None and customer.committed_until > at,
            opted_out=customer.opted_out and not guarantor,
            guarantor=guarantor,
        )

    def _follow(self, customer: Customer, arrival: Arrival, reaction: Reaction) -> None:
        if reaction.payment is not None:
            payment = Payment(arrival.name, customer.number, None, reaction.payment.cents)
            self.agenda.add(reaction.payment.at, payment)
        if reaction.text is not None and reaction.reply_at is not None:
            reply = Reply(
                arrival.provider,
                f"reply-{arrival.permit_id}",
                reaction.text,
                reaction.reply_at,
                arrival.permit_id,
            )
            self.agenda.add(reaction.reply_at, Answer(arrival.name, customer.customer_id, reply))
