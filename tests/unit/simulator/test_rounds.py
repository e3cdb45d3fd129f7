"""Turns: one word of each customer a round, in the order of their words."""

from functools import partial

from simulator.rounds import Rounds


def said_in(rounds: Rounds, words: list[tuple[str, str]]) -> list[list[str]]:
    """What is said in each round."""
    said: list[list[str]] = [[]]
    for customer, word in words:
        rounds.take(customer, partial(_say, said, word))
    while rounds.waiting:
        said.append([])
        rounds.next()
    return said


def _say(said: list[list[str]], word: str) -> None:
    said[-1].append(word)


WORDS = [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3"), ("c", "c1"), ("b", "b2")]


def test_each_customer_has_one_word_a_round_in_order() -> None:
    assert said_in(Rounds(taking_turns=True), WORDS) == [["a1", "b1", "c1"], ["a2", "b2"], ["a3"]]


def test_without_turns_everything_is_said_at_once() -> None:
    assert said_in(Rounds(taking_turns=False), WORDS) == [["a1", "b1", "a2", "a3", "c1", "b2"]]


def test_a_new_round_is_open_to_everyone() -> None:
    rounds = Rounds(taking_turns=True)
    said_in(rounds, WORDS)
    rounds.next()
    assert said_in(rounds, [("a", "a4")]) == [["a4"]]
