"""Configuration, from the environment (`RECOUP_SIM_*`)."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SimulatorSettings(BaseSettings):
    """What the simulator reads at start. Secrets have no default."""

    model_config = SettingsConfigDict(env_prefix="RECOUP_SIM_", extra="ignore", hide_input_in_errors=True)

    kafka_url: str
    kafka_idempotence: bool = Field(
        default=False, description="Off for the embedded broker; intake applies an event id once either way"
    )
    partitions: int = Field(default=12, ge=1, le=1000)
    clock: str = "system"
    journal: Path = Field(description="Folder of what was published and of what the gateway took")

    host: str = "127.0.0.1"
    gateway_port: int = Field(default=8090, ge=0, le=65535)
    mail_port: int = Field(default=8025, ge=0, le=65535)
    gateway_api_key: SecretStr
    control_token: SecretStr

    outreach_url: str
    webhook_key: SecretStr
    sms_provider: str = "sms"
    email_provider: str = "smtp"

    log_level: str = "INFO"
