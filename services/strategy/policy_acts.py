"""Acts on policies, each under the lock of the book."""

from collections.abc import Callable

from services.strategy.domain.policy import Policy
from services.strategy.domain.policy_version import PolicyState, PolicyVersion
from services.strategy.policy_file import digest_of, read_policy
from services.strategy.store import policies as store
from shared.stream.work import Work


class NoSuchPolicyError(Exception):
    """There is no such version."""


class TakenError(Exception):
    """There is a version of that name and number."""


async def draft(source: str, by: str, base: Policy, work: Work) -> PolicyVersion:
    """Keep a new version. Raises PolicyError for what cannot be used, and TakenError."""
    found = read_policy("policy.yaml", source.encode())
    version = PolicyVersion(
        name=found.text.name,
        version=found.text.version,
        source=source,
        document=found.document,
        digest=digest_of(found.document),
        state=PolicyState.DRAFT,
        wanted_from=found.text.effective_from,
        created_by=by,
        created_at=work.now,
    )
    await store.lock(work.connection)
    # The file's own tag would leave it open which of the two decided.
    if version.tag == base.tag or not await store.add(work.connection, version):
        raise TakenError
    return version


async def change(
    name: str, number: int, act: Callable[[PolicyVersion], PolicyVersion], work: Work
) -> PolicyVersion:
    """What an act makes of a version. Raises NoSuchPolicyError and what the act raises."""
    await store.lock(work.connection)
    version = await store.one(work.connection, name, number)
    if version is None:
        raise NoSuchPolicyError
    after = act(version)
    await store.save(work.connection, after)
    if after.state in (PolicyState.APPROVED, PolicyState.RETIRED):
        await store.turn(work.connection)
    return after
