"""The settings of every process of the local stack, as environment variables."""

import json
from dataclasses import dataclass

from recoup.local.keys import AUDIENCE, ISSUER, LocalKeys
from recoup.local.ports import LOOPBACK
from recoup.services import CONSOLE_PORT, SERVICES, Process, Service
from shared.database.migrations import role_of

LOG_ORIGIN = "recoup.local/compliance"
"""The name of the local stack's audit log; the year is added."""

OWN_DESK = {
    "role": "bank",
    "staff": 2,
    "facts": [
        "recorded_line",
        "official_number",
        "id_cards_carried",
        "audio_or_video_recording",
        "visit_notice_given",
    ],
}
"""What the local stack's bank vouches for when its own people make contacts."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of one stack are. `database` is `host:port/name`."""

    database: str
    kafka: str
    gateway_port: int
    mail_port: int
    port_offset: int = 0
    witness_port: int = 0

    def port(self, service: Service, process: Process) -> int:
        """The port of a process of a service."""
        ports = {
            Process.API: service.api_port,
            Process.WORKER: service.worker_port,
            Process.CONSOLE: CONSOLE_PORT,
        }
        return ports[process] + self.port_offset

    def url(self, name: str, process: Process = Process.API) -> str:
        """The base URL of a service's process."""
        return f"http://{LOOPBACK}:{self.port(SERVICES[name], process)}"

    @property
    def gateway_url(self) -> str:
        """The simulated SMS gateway, which also answers the world's control API."""
        return f"http://{LOOPBACK}:{self.gateway_port}"

    @property
    def witness_url(self) -> str:
        """Where the audit log's witness takes checkpoints."""
        return f"http://{LOOPBACK}:{self.witness_port}"


@dataclass(frozen=True, slots=True)
class Environment:
    """Makes the environment of each process."""

    keys: LocalKeys
    addresses: Addresses
    clock: str
    partitions: int
    idempotence: bool
    replication: int = 1
    log_level: str = "INFO"

    def database_url(self, service: str) -> str:
        """The URL with which a service connects, as its own role."""
        password = self.keys.database_passwords[service]
        return f"postgresql+asyncpg://{role_of(service)}:{password}@{self.addresses.database}"

    def common(self) -> dict[str, str]:
        """What every process gets."""
        keys = self.keys
        return {
            "RECOUP_KAFKA_URL": self.addresses.kafka,
            "RECOUP_KAFKA_IDEMPOTENCE": str(self.idempotence).lower(),
            "RECOUP_KAFKA_REPLICATION": str(self.replication),
            # On one machine a dead worker is noticed by its supervisor: no need to wait long for it.
            "RECOUP_KAFKA_SESSION_TIMEOUT": "6",
            "RECOUP_CLOCK": self.clock,
            "RECOUP_PARTITIONS": str(self.partitions),
            "RECOUP_API_KEYS": keys.api_keys(),
            "RECOUP_JWT_KEY": keys.jwt_public_key,
            "RECOUP_JWT_ISSUER": ISSUER,
            "RECOUP_JWT_AUDIENCE": AUDIENCE,
            "RECOUP_FIELD_KEYS": json.dumps({"local": keys.field_key}),
            "RECOUP_FIELD_KEY_CURRENT": "local",
            "RECOUP_WEBHOOK_KEYS": json.dumps([keys.webhook_key]),
            "RECOUP_LOG_LEVEL": self.log_level,
            # Fewer heaps: what a burst took goes back to the system.
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_TRIM_THRESHOLD_": "131072",
        }

    def of(self, service: Service, process: Process) -> dict[str, str]:
        """The environment of one process of a service."""
        own = {
            "RECOUP_DATABASE_URL": self.database_url(service.name),
            "RECOUP_HOST": LOOPBACK,
            "RECOUP_PORT": str(self.addresses.port(service, process)),
        }
        return self.common() | own | self._special(service.name) | self._secrets(service.name, process)

    def _special(self, service: str) -> dict[str, str]:
        keys, addresses = self.keys, self.addresses
        special = {
            "outreach": {
                "RECOUP_COMPLIANCE_URL": addresses.url("compliance"),
                "RECOUP_COMPLIANCE_API_KEY": keys.outreach_api_key,
                "RECOUP_SMS_GATEWAY_URL": addresses.gateway_url,
                "RECOUP_SMS_GATEWAY_API_KEY": keys.gateway_api_key,
                # What was in flight when a worker was killed is looked after again this soon.
                "RECOUP_DISPATCH_LEASE": "12",
                "RECOUP_REDEEM_TIMEOUT": "3",
                "RECOUP_SMS_TIMEOUT": "2",
                "RECOUP_SMTP_TIMEOUT": "4",
                "RECOUP_SMTP_HOST": LOOPBACK,
                "RECOUP_SMTP_PORT": str(addresses.mail_port),
            },
            "compliance": {
                "RECOUP_LOG_ORIGIN": LOG_ORIGIN,
                "RECOUP_LOG_SIGNING_KEY": keys.log_seed,
                "RECOUP_LOG_SUBJECT_KEY": keys.subject_key,
                "RECOUP_WITNESSES": json.dumps(self.witnesses()),
                # On one machine it answers at once; who tries things out should see its cosignature soon.
                "RECOUP_WITNESS_SECONDS": "2",
                # The shipped rule packs wait for a bank's counsel; trying them out is not waiting for that.
                "RECOUP_PACKS_WITHOUT_COUNSEL": "enforce-without-counsel-sign-off",
                "RECOUP_DESKS": json.dumps({"bank": OWN_DESK}),
                "RECOUP_PROVIDERS": json.dumps(self.providers()),
            },
            "reporting": {
                "RECOUP_CONSOLE_SECRET": keys.console_secret,
                "RECOUP_COMPLIANCE_URL": self.addresses.url("compliance"),
                "RECOUP_STRATEGY_URL": self.addresses.url("strategy"),
                "RECOUP_CONSOLE_LOG_KEY": keys.log_public_key(),
            },
        }
        return special.get(service, {})

    def providers(self) -> list[dict[str, str | int]]:
        """The providers whose records are compared with the audit log, under outreach's names for them."""
        gateway = self.addresses.gateway_url
        stating = {"sms": ("sms", "statement"), "smtp": ("email", "mail/statement")}
        return [
            {
                "name": name,
                "channel": channel,
                "statement_url": f"{gateway}/{path}",
                "zone": "Asia/Shanghai",
                # The simulator writes down at once what it takes.
                "delay_minutes": 10,
            }
            for name, (channel, path) in stating.items()
        ]

    def _secrets(self, service: str, process: Process) -> dict[str, str]:
        """What one process of a service alone is told."""
        if (service, process) != ("compliance", Process.WORKER):
            return {}
        credentials = {str(one["name"]): self.keys.gateway_api_key for one in self.providers()}
        return {"RECOUP_PROVIDER_CREDENTIALS": json.dumps(credentials), "RECOUP_COMPLETENESS_SECONDS": "2"}

    def witnesses(self) -> list[dict[str, str]]:
        """The log's witnesses: none where the stack runs without."""
        if not self.addresses.witness_port:
            return []
        return [{"url": self.addresses.witness_url, "key": self.keys.witness_key()}]

    def simulator(self, journal: str) -> dict[str, str]:
        """The environment of the simulated outside world."""
        return {
            "RECOUP_SIM_KAFKA_URL": self.addresses.kafka,
            "RECOUP_SIM_PARTITIONS": str(self.partitions),
            "RECOUP_SIM_GATEWAY_PORT": str(self.addresses.gateway_port),
            "RECOUP_SIM_MAIL_PORT": str(self.addresses.mail_port),
            "RECOUP_SIM_OUTREACH_URL": self.addresses.url("outreach"),
            "RECOUP_SIM_WEBHOOK_KEY": self.keys.webhook_key,
            "RECOUP_SIM_CLOCK": self.clock,
            "RECOUP_SIM_JOURNAL": journal,
            "RECOUP_SIM_GATEWAY_API_KEY": self.keys.gateway_api_key,
            "RECOUP_SIM_CONTROL_TOKEN": self.keys.control_token,
        }
