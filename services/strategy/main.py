"""Strategy's two processes."""

from importlib.metadata import version

from fastapi import FastAPI

from services.strategy.api import cases, plans, promises
from services.strategy.api import policies as policy_routes
from services.strategy.handlers import NAME, consumer
from services.strategy.policies_in_force import Policies
from services.strategy.policy_file import load_policy
from services.strategy.settings import StrategySettings
from shared.runtime import Runtime
from shared.stream.worker import Worker
from shared.web.app import create_app
from shared.web.health import database_check


def settings() -> StrategySettings:
    """Strategy's settings from the environment."""
    return StrategySettings()  # type: ignore[call-arg]  # the rest comes from the environment


def api(runtime: Runtime[StrategySettings]) -> FastAPI:
    """The status API and its commands. Raises PolicyError where the policy cannot be used."""
    policies = Policies(*load_policy(runtime.settings.strategy_policy))
    return create_app(
        title="Recoup strategy",
        service=NAME,
        version=version("recoup"),
        settings=runtime.settings,
        routers=[
            cases.router(runtime, policies),
            promises.router(runtime, policies),
            plans.router(runtime, policies),
            policy_routes.router(runtime, policies),
        ],
        health_checks=[database_check(runtime.engine)],
        description="Collection cases: segments, treatments, promises, and why.",
    )


def worker(runtime: Runtime[StrategySettings]) -> Worker:
    """The consumer. Raises PolicyError where the policy cannot be used."""
    return Worker(runtime, consumer(Policies(*load_policy(runtime.settings.strategy_policy))))
