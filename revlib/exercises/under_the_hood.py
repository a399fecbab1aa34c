"""The quizzes of chapter D, Under the hood. It has no exercises that `check` knows."""

from revlib.exercises.grading import Option, Quiz

EXERCISES = {}

QUIZZES = {
    "D.units": Quiz(
        "With 8 units the products of an update have 9.4 times the operations that they have with"
        " 1 unit. How much longer does the update take?",
        [
            Option(
                "No longer: so small matrices cost nothing",
                "Calls are most of the time, but not all of it: the numbers must still be worked"
                " through, for 128 strings at a time.",
            ),
            Option(
                "About half as long again",
                "As many calls as before, each with a little more to do.",
                right=True,
            ),
            Option(
                "About nine times as long",
                "So it would be if the time went into multiplying. With few units most of it goes"
                " into calling.",
            ),
        ],
    ),
    "D.bit": Quiz(
        "Two networks differ in the last bit of one weight and get the same 600 updates. What has"
        " become of the difference?",
        [
            Option(
                "It is gone: training draws both to the same weights",
                "Many different weights give the right answers, and nothing draws the two to the"
                " same ones.",
            ),
            Option(
                "It is still far too small to be printed",
                "So it is with an easier training. In this one some updates enlarge a difference"
                " many times over.",
            ),
            Option(
                "It has become hundredths of a weight, or more",
                "On the way comes a stretch in which each update enlarges what the one before has"
                " left.",
                right=True,
            ),
        ],
    ),
}
