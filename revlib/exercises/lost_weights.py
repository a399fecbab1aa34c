"""The quizzes of chapter A, Lost weights. It has no exercises that `check` knows."""

from revlib.exercises.grading import Option, Quiz

EXERCISES = {}

QUIZZES = {
    "A.tenths": Quiz(
        "A column has 19,487,171 candidates, and five printed numbers to meet. How many candidates"
        " will meet all five?",
        [
            Option(
                "Thousands in every column: seven unknowns, five equations",
                "Among all real numbers there would be room. Tenths are too coarse to fill it.",
            ),
            Option(
                "One in some columns, none in others",
                "Where all five are right only the true column meets them; where one has slipped"
                " nothing does.",
                right=True,
            ),
            Option(
                "Exactly one in every column: the post computed with it",
                "So it would be if each number had been printed as it was computed.",
            ),
        ],
    ),
    "A.slips": Quiz(
        "Three numbers of the post's account have slipped. Will it choose other letters than the"
        " exact one?",
        [
            Option(
                "No, the same at every step",
                "c is ahead by far more than a few wrong units can change in a score.",
                right=True,
            ),
            Option(
                "Yes, at step 2, where two units are wrong",
                "Those two are a little too large, which moves all three scores a little, and c"
                " stays ahead.",
            ),
            Option(
                "Yes, from the first slip on: feedback carries it along",
                "It is carried along, and the states do differ. But a letter changes only when"
                " another score overtakes.",
            ),
        ],
    ),
    "A.chance": Quiz(
        "Twenty made-up units: printed numbers, each moved by up to 1. How many find a candidate"
        " that misses at most one number?",
        [
            Option(
                "None",
                "Five numbers with two decimals can be so many things that even millions of"
                " candidates meet hardly any of them.",
                right=True,
            ),
            Option(
                "About five, as many as there are real units",
                "The real ones come from a column of tenths, so there is one to be found. These "
                "come from none.",
            ),
            Option(
                "All: among millions of candidates there is always one",
                "Millions are few beside all that five numbers with two decimals can be.",
            ),
        ],
    ),
}
