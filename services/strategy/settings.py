"""Strategy's configuration."""

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings

STANDARD_POLICY = Path(__file__).parent / "policies" / "standard.yaml"


class StrategySettings(ServiceSettings):
    """What a bank decides about strategy."""

    strategy_policy: Path = Field(
        default=STANDARD_POLICY, description="The policy's YAML file, read at start"
    )
