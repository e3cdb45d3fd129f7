"""What a law found, and the comparison of two stores that laws are made of."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

CHUNK = 5000
EXAMPLES = 5


@dataclass(slots=True)
class Finding:
    """How many things a law was checked for, how many break it, and some of their ids."""

    law: str
    counted: int = 0
    missing: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, broken: list[str]) -> None:
        """Add things that break the law."""
        self.missing += len(broken)
        self.examples += broken[: EXAMPLES - len(self.examples)]


async def identities(connection: AsyncConnection, query: str) -> AsyncIterator[list[str]]:
    """The first column of a query, in chunks, in bounded memory."""
    async with connection.stream(text(query)) as rows:
        async for chunk in rows.partitions(CHUNK):
            yield [str(row[0]) for row in chunk]


async def present(connection: AsyncConnection, query: str, wanted: list[str]) -> set[str]:
    """Which of `wanted` the query finds; it has one parameter :wanted and gives their column."""
    return {str(row[0]) for row in await connection.execute(text(query), {"wanted": wanted})}


async def each_has(
    law: str, one: AsyncConnection, query: str, other: AsyncConnection, counterpart: str
) -> Finding:
    """A law of the form: every id that `query` gives in one store is found by `counterpart` in the other."""
    finding = Finding(law)
    async for wanted in identities(one, query):
        finding.counted += len(wanted)
        found = await present(other, counterpart, wanted)
        finding.note([identity for identity in wanted if identity not in found])
    return finding


async def none_is(law: str, connection: AsyncConnection, all_: str, broken: str) -> Finding:
    """A law of the form: of all rows that `all_` counts, none is among the ids that `broken` gives."""
    finding = Finding(law, counted=int((await connection.execute(text(all_))).scalar_one()))
    async for identities_ in identities(connection, broken):
        finding.note(identities_)
    return finding
