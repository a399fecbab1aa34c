"""The keys and quizzes of chapter 01, Encode."""

from revlib import model, post
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz


def states_with(weight, text="abc"):
    """Return the post's encoder's states, with another weight from b to unit 5."""
    net = model.post_net()
    net.Wh[1, 4] = weight
    return net.encode(net.alphabet.one_hot(text))


def changed_units():
    """Return by how much units 5 of S(2) and 1 of S(3) change with a still lower weight."""
    change = states_with(-2) - states_with(-0.8)
    return [change[2, 4], change[3, 0]]


EXERCISES = {
    "1.1": Numbers("nine numbers, 0 or 1", lambda: Alphabet("abc").one_hot("cab")),
    "1.2": Numbers("five numbers, the units of S(2)", lambda: model.post_net().run("ba").thought),
    "1.3": Numbers("one whole number", lambda: 12 * 26 + 12 * 12 + 12, tolerance=0),
    "1.4": Numbers("two numbers, the changes of the two units", changed_units),
    "1.5": Numbers("one number, the weight", lambda: -(post.PRINTED_S[0] @ post.Ws)[0]),
    "1.6": Function(
        "a function from a string to the five numbers of its last state, with the bent Wh",
        lambda text: states_with(-0.8, text)[-1],
        ("a", "cab", "bbacb"),
    ),
    "1.7": Explanation(),
}

QUIZZES = {
    "1.lookup": Quiz(
        "The one-hot row of 'b' is [0, 1, 0], and Wh has three rows of five numbers. What is that"
        " row times Wh?",
        [
            Option(
                "The second column of Wh",
                "A column of Wh has three numbers. The product has five, as a row of Wh has.",
            ),
            Option(
                "Wh, with its first and third rows set to 0",
                "That would still be three rows. A row times a matrix is one row again.",
            ),
            Option(
                "The second row of Wh",
                "Row by row, Wh is taken as often as [0, 1, 0] says: the second once, the others"
                " not at all.",
                right=True,
            ),
            Option(
                "The sum of the three rows of Wh",
                "That would be [1, 1, 1] times Wh; [0, 1, 0] leaves two of the rows out.",
            ),
        ],
    ),
    "1.weights": Quiz(
        "This encoder has read 'abc' and 'bbacab'. How many more weights does it need for a string"
        " of a hundred letters?",
        [
            Option(
                "None",
                "Every letter goes through the same Wh and every state through the same Ws; a"
                " longer string only uses them more often.",
                right=True,
            ),
            Option(
                "A row of Wh for each further letter",
                "Wh has a row for each letter of the alphabet, not for each place in the string.",
            ),
            Option(
                "A Ws of its own for each further step",
                "It is one and the same Ws that takes each state to the next.",
            ),
        ],
    ),
    "1.bent": Quiz(
        "Wh[b, 5] is −0.8 now. What will unit 5 of S(2) be, in 'abc'?",
        [
            Option(
                "−0.32",
                "That is the sum, 0.48 from the state and −0.8 from the letter. But a state is"
                " never below zero.",
            ),
            Option(
                "0",
                "The state brings 0.48, the letter −0.8. The sum is below zero, and ReLU puts 0 in"
                " its place.",
                right=True,
            ),
            Option(
                "−0.8",
                "That is what the letter brings. The state brings 0.48 besides, and then comes"
                " ReLU.",
            ),
            Option(
                "0.58, as before",
                "It would be, if ReLU undid negative weights. It only replaces a sum that is below"
                " zero.",
            ),
        ],
    ),
}
