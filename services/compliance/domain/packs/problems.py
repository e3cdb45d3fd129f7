"""What is wrong with a pack or calendar, said so that whoever wrote it can put it right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (file, line from 1, field), what, and what to do about it."""

    file: str
    field: str
    what: str
    remedy: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.field}: {self.what}. {self.remedy}"


class PackError(ValueError):
    """Packs that cannot be used; the message has a line for each problem."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
