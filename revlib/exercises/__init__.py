"""Judges a reader's answers: `check` those to exercises, `quiz` those before a cell runs."""

from revlib.alphabet import described
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
    translate,
    under_the_hood,
)
from revlib.exercises.decoding import ender
from revlib.exercises.gates import small_gru
from revlib.panels.quiz import Quiz

__all__ = ["EXERCISES", "QUIZZES", "check", "ender", "quiz", "small_gru"]

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
    translate,
    lost_weights,
    under_the_hood,
)
EXERCISES = {}  # "1.1" -> a Question
QUIZZES = {}  # "1.lookup" -> a Quiz
for chapter in CHAPTERS:
    EXERCISES |= chapter.EXERCISES
    QUIZZES |= chapter.QUIZZES


def check(number, answer):
    """Print one line about an answer: not attempted yet, correct, or what was found instead.

    Parameters
    ----------
    number : str
        The exercise's, such as "1.1".
    answer : anything
        `...` or None, as long as there is none.
    """
    if not isinstance(number, str) or number not in EXERCISES:
        print(no_such_exercise(number))
        return
    exercise = EXERCISES[number]
    if not exercise.attempted(answer):
        print(f"{number}: not attempted yet")
        return
    trouble = exercise.trouble(answer)
    if trouble:
        print(f"{number}: not yet; {trouble}; expected {exercise.expected}")
    else:
        print(f"{number}: {exercise.correct}")


def no_such_exercise(number):
    """Return words for a number that no exercise has: which there are in that chapter."""
    there = sorted(of_chapter(number, EXERCISES), key=place)
    words = f"there is no exercise {described(number)}; there is {there[0]} to {there[-1]}"
    if not isinstance(number, str):
        words += ', each written as a string: check("1.1", ...)'
    return words


def of_chapter(name, known):
    """Return the known names that are of the same chapter; all, if none is."""
    chapter = str(name).split(".")[0]
    same = [other for other in known if other.split(".")[0] == chapter]
    return same or list(known)


def place(number):
    """Return what exercises are sorted by: '1.10' comes after '1.9'."""
    return [int(part) for part in number.split(".")]


def quiz(name):
    """Return a question to answer before the next cell is run: radio buttons, and the reasons.

    Raises
    ------
    ValueError
        If there is no quiz of that name; the message lists those of the chapter.
    """
    if name not in QUIZZES:
        there = ", ".join(of_chapter(name, QUIZZES))
        raise ValueError(f"there is no quiz {described(name)}; there is {there}")
    asked = QUIZZES[name]
    return Quiz(asked.question, asked.reasons, asked.right)
