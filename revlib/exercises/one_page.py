"""The quizzes of chapter 12, One page. It has no exercises that `check` knows."""

from revlib.exercises.grading import Option, Quiz

EXERCISES = {}

QUIZZES = {
    "12.mean": Quiz(
        "The page adds up the losses, revlib takes their mean. By what must the page's sum for the"
        " 27 strings of length 3 be divided?",
        [
            Option(
                "81: three letters for each string",
                "That forgets END. It is said, scored and blamed like a letter.",
            ),
            Option(
                "108: three letters and END for each string",
                "Each string has four things to say, and the loss of END counts like a letter's.",
                right=True,
            ),
            Option(
                "27: the number of strings",
                "That would be the mean over strings. revlib's is over all that is said.",
            ),
        ],
    ),
    "12.longer": Quiz(
        "Strings of length 5 and 6 were in no training. Will the page and revlib say the same to"
        " them?",
        [
            Option(
                "Only where the answer is right: wrong ones are accidents",
                "A wrong answer is no accident; it is computed, from the same "
                "weights as a right one.",
            ),
            Option(
                "No: they add in another order, so the last digits differ",
                "They do differ. But a letter changes only where two scores agree to nearly the "
                "last digit, which is rare.",
            ),
            Option(
                "Yes, unless two scores tie to the last digits",
                "The weights decide what is said, right or wrong, and the weights are the same. "
                "Only a tie could be broken in two ways.",
                right=True,
            ),
        ],
    ),
}
