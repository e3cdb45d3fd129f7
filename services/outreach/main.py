"""What runs: outreach's API process and its worker process."""

from fastapi import FastAPI

from services.outreach.api import access, contacts, outcomes, tasks, templates, webhooks
from services.outreach.approved import ApprovedTexts
from services.outreach.channels.email_smtp import EmailSmtp
from services.outreach.channels.port import ChannelAdapter
from services.outreach.channels.sms_http import SmsHttp
from services.outreach.channels.tasks import TaskDesk
from services.outreach.composing import Composer
from services.outreach.dispatch_round import ChannelRounds, Pace
from services.outreach.dispatcher import Dispatcher
from services.outreach.domain.wording import senders
from services.outreach.handlers import Rules, consumer
from services.outreach.permit_desk import PermitDesk
from services.outreach.receipt_sweep import ReceiptSweep
from services.outreach.recording import Recorder
from services.outreach.settings import OutreachSettings
from shared.lint.phrase_files import shipped
from shared.runtime import Runtime
from shared.stream.worker import Worker
from shared.web.app import create_app
from shared.web.health import database_check

NAME = "outreach"
_ROUTES = (contacts, outcomes, tasks, templates, webhooks, access)


def settings() -> OutreachSettings:
    """The configuration, from the environment."""
    return OutreachSettings()  # type: ignore[call-arg]  # from the environment


def api(runtime: Runtime[OutreachSettings]) -> FastAPI:
    """Status, collectors' records, providers' webhooks."""
    return create_app(
        title="Recoup outreach",
        service=NAME,
        version="0.1.0",
        settings=runtime.settings,
        routers=[part.router(runtime) for part in _ROUTES],
        health_checks=[database_check(runtime.engine)],
        description="Contacts: asked for, permitted, made, and what they came to.",
    )


def worker(runtime: Runtime[OutreachSettings]) -> Worker:
    """The consumer and the dispatcher."""
    chosen = runtime.settings
    texts = ApprovedTexts(senders(chosen.institution, chosen.institution_en), shipped())
    dispatcher = _dispatcher(runtime, texts)
    rules = Rules(texts, chosen.max_asks, chosen.await_party)
    return Worker(runtime, consumer(rules, dispatcher.wake), [dispatcher.run])


def _dispatcher(runtime: Runtime[OutreachSettings], texts: ApprovedTexts) -> Dispatcher:
    chosen = runtime.settings
    desk = PermitDesk(
        url=chosen.compliance_url,
        api_key=chosen.compliance_api_key.get_secret_value(),
        timeout=chosen.redeem_timeout,
    )
    composer = Composer(runtime.cipher, texts)
    recorder = Recorder(runtime.transactions, chosen.max_asks, texts)
    pace = Pace(chosen.dispatch_batch, chosen.dispatch_lease, chosen.dispatch_doubt)
    rounds = [
        ChannelRounds(adapter, runtime.transactions, desk, composer, recorder, pace)
        for adapter in _adapters(chosen)
    ]
    return Dispatcher(rounds, ReceiptSweep(runtime.transactions))


def _adapters(chosen: OutreachSettings) -> list[ChannelAdapter]:
    sms = SmsHttp(
        url=chosen.sms_gateway_url,
        api_key=chosen.sms_gateway_api_key.get_secret_value(),
        provider=chosen.sms_provider,
        currency=chosen.currency,
        timeout=chosen.sms_timeout,
    )
    email = EmailSmtp(
        chosen.mailbox, provider=chosen.email_provider, cost=chosen.email_cost, currency=chosen.currency
    )
    return [sms, email, TaskDesk(chosen.currency)]
