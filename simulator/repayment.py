"""What borrowers do by themselves in the month after a due date; pure."""

from enum import StrEnum
from typing import NamedTuple

from simulator import assumptions as assumed
from simulator.draws import between, draw
from simulator.rates import cure_rate, missed_rate, roll_back_rate


class Habit(StrEnum):
    """How the month goes."""

    ON_TIME = "on_time"
    CURES = "cures"
    ROLLS_BACK = "rolls_back"
    STAYS_LATE = "stays_late"


class Month(NamedTuple):
    """What happens `days` after the due date, nothing where they stay late."""

    habit: Habit
    days: int


def month_of(seed: int, account_id: str, number: int, months_behind: int, *, misses: bool = False) -> Month:
    """The month after instalment `number` fell due, of an account that is then so many instalments behind."""
    if months_behind <= 1 and not misses and draw(seed, "misses", account_id, number) >= missed_rate():
        return Month(Habit.ON_TIME, 0)
    fate = draw(seed, "cures", account_id, number)
    cures = cure_rate(months_behind)
    if fate < cures:
        habit = Habit.CURES
    elif fate < cures + roll_back_rate(months_behind):
        habit = Habit.ROLLS_BACK
    else:
        return Month(Habit.STAYS_LATE, 0)
    soon = draw(seed, "cures after", account_id, number) ** 2
    return Month(habit, between(soon, 1, assumed.LATEST_SELF_CURE_DAY))
