"""Messages of Apache Fineract in a body: read, looked up, translated."""

from collections.abc import Sequence

import msgspec

from services.intake.adapters import fineract
from services.intake.adapters.fineract import Context, KnownLoan, Message, Products
from services.intake.domain.rules import Rules
from services.intake.doors.applying import HTTP
from services.intake.doors.envelopes import Batch
from services.intake.doors.findings import Finding, finding_of
from services.intake.store import doors
from shared.contracts.base import Event
from shared.contracts.corebank import AccountSnapshot
from shared.stream.received import Received
from shared.stream.work import Work

_message = msgspec.json.Decoder(Message)
_UNKNOWN = "Send an event of this loan with LoanAccountDataV1 first, such as LoanBalanceChanged, then this."


async def read_fineract(found: Sequence[bytes], work: Work, rules: Rules, products: Products) -> Batch:
    """The events of the messages; those of types that say nothing of a debt are counted as ignored.

    Where a message does not name the loan's client, that of the accounts on file or of an earlier message
    of the body is taken.
    """
    batch = Batch()
    messages = _messages(found, batch)
    wanted = {name for _, message in messages if (name := fineract.account_of(message)) is not None}
    loans = await doors.known_loans(work.connection, wanted)
    moment = rules.moment(work.now)
    for index, message in messages:
        context = Context(message.tenant_id, products, rules.zone, loans)
        try:
            events = [_checked(event) for event in fineract.events_of(message, context)]
        except (ValueError, msgspec.ValidationError) as error:
            batch.refused[index] = [_finding(error)]
            continue
        batch.ignored += not events
        for number, event in enumerate(events):
            _learn(loans, event)
            batch.add(index, _received(message, event, number), moment, rules)
    return batch


def _messages(found: Sequence[bytes], batch: Batch) -> list[tuple[int, Message]]:
    messages = []
    for index, part in enumerate(found):
        try:
            messages.append((index, _message.decode(part)))
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            if isinstance(error, msgspec.ValidationError):
                batch.refused[index] = [finding_of(error)]
            else:
                remedy = "Send Fineract's message as a JSON object with its data decoded."
                batch.refused[index] = [Finding("event", "it is no JSON object in UTF-8", remedy)]
    return messages


def _received(message: Message, event: Event, number: int) -> Received[Event]:
    key = message.idempotency_key
    return Received(
        event,
        "",
        key if number == 0 else f"{key}/{number}",
        f"/fineract/{message.tenant_id}/{message.source}",
        message.raised_at,
        None,
        HTTP,
        0,
        0,
    )


def _checked(event: Event) -> Event:
    """The event as the contract's decoder takes it: building one does not check its texts."""
    return msgspec.json.decode(msgspec.json.encode(event), type=type(event))


def _learn(loans: dict[str, KnownLoan], event: Event) -> None:
    if isinstance(event, AccountSnapshot):
        loans[event.account_id] = KnownLoan(event.customer_id, event.product, event.outstanding)


def _finding(error: Exception) -> Finding:
    said = str(error)
    if said.startswith("loanId"):
        return Finding("data.loanId", said, _UNKNOWN)
    if said.startswith("loanProductId"):
        return Finding("data.loanProductId", said, "Add the product to the adapter's list of products.")
    field = said.split(" ", 1)[0]
    remedy = "Check that the bridge passes the field on, and that Fineract's schema still has it."
    return Finding(f"data.{field}", said, remedy)
