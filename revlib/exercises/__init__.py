"""Aside: `check` an answer, one line of feedback and never the answer itself; `quiz`, a question
before a cell is run."""

from revlib.exercises import (
    bptt,
    decoding,
    encoding,
    four_styles,
    gates,
    lost_weights,
    one_page,
    other_roads,
    reverse_them_all,
    softmax,
    stack_by_hand,
    thought_vector,
    training,
)
from revlib.exercises.decoding import ender  # noqa: F401  chapter 03 uses it
from revlib.exercises.gates import small_gru  # noqa: F401  chapter 10
from revlib.panels import controls

CHAPTERS = (
    encoding,
    thought_vector,
    decoding,
    softmax,
    bptt,
    training,
    reverse_them_all,
    stack_by_hand,
    four_styles,
    gates,
    other_roads,
    one_page,
    lost_weights,
)
EXERCISES = {
    number: exercise for chapter in CHAPTERS for number, exercise in chapter.EXERCISES.items()
}
QUIZZES = {name: quiz for chapter in CHAPTERS for name, quiz in chapter.QUIZZES.items()}


def _place(number):
    return [int(part) for part in number.split(".")]


def check(number, answer):
    """Print one line about an answer: not attempted yet, correct, or what was found and what kind
    was expected."""
    exercise = EXERCISES.get(number) if isinstance(number, str) else None
    if exercise is None:
        chapter = str(number).split(".")[0]
        there = [known for known in EXERCISES if known.split(".")[0] == chapter] or EXERCISES
        print(
            f"there is no exercise {number!r}; there is {min(there, key=_place)} to"
            f" {max(there, key=_place)}"
            + ("" if isinstance(number, str) else ', each written as a string: check("1.1", ...)')
        )
    elif answer is Ellipsis or answer is None or not exercise.attempted(answer):
        print(f"{number}: not attempted yet")
    else:
        trouble = exercise.judge(answer)
        print(
            f"{number}: {exercise.correct}"
            if trouble is None
            else f"{number}: not yet; {trouble}; expected {exercise.expected}"
        )


def quiz(name):
    """A question to answer before the next cell is run: radio buttons, and the reason as soon as
    one is chosen.

    Raises
    ------
    ValueError
        If there is no quiz of that name; the message lists those of the chapter.
    """
    if name not in QUIZZES:
        there = [
            known for known in QUIZZES if known.split(".")[0] == str(name).split(".")[0]
        ] or list(QUIZZES)
        raise ValueError(f"there is no quiz {name!r}; there is {', '.join(there)}")
    asked = QUIZZES[name]
    return controls.Quiz(asked.question, asked.options, asked.right)
