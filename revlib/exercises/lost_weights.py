"""Aside: the quizzes of chapter A, Lost weights. It has no exercises that `check` knows."""

from revlib.exercises.grading import Quiz

EXERCISES = {}

QUIZZES = {
    "A.tenths": Quiz(
        "A column has 19,487,171 candidates, and five printed numbers to meet. How many candidates"
        " will meet all five?",
        {
            "Thousands in every column: seven unknowns, five equations": (
                "Among all real numbers there would be room. Tenths are too coarse to fill it."
            ),
            "One in some columns, none in others": (
                "Where all five are right only the true column meets them; where one has slipped"
                " nothing does."
            ),
            "Exactly one in every column: the post computed with it": (
                "So it would be if each number had been printed as it was computed."
            ),
        },
        "One in some columns, none in others",
    ),
    "A.chance": Quiz(
        "Twenty made-up units: printed numbers, each moved by up to 1. How many find a candidate"
        " that misses at most one number?",
        {
            "None": (
                "Five numbers with two decimals can be so many things that even millions of"
                " candidates meet hardly any of them."
            ),
            "About five, as many as there are real units": (
                "The real ones come from a column of tenths, so there is one to be found. These "
                "come from none."
            ),
            "All: among millions of candidates there is always one": (
                "Millions are few beside all that five numbers with two decimals can be."
            ),
        },
        "None",
    ),
}
