"""The panel of chapter 13: numbers in words, translated word by word."""

import functools

import numpy as np

from revlib import numerals, translation
from revlib.alphabet import END
from revlib.drawing import alignments, bottleneck, picture
from revlib.panels.controls import Dropdown, Number, NumeralBox
from revlib.panels.panel import Panel
from revlib.panels.shared import distinct, largest
from revlib.panels.words import verdict

FRAMED = ("25", "30", "85", "95", "8278")  # numbers that the chapter asks of, where no kernel runs
KEPT = 32  # answers; a step asks for the same again


def translate_panel(nets, text="25"):
    """Return the panel of translation: the number, the language, the style, how many were taught,
    the step.

    Parameters
    ----------
    nets : dict of (language, style, taught) to decoders.EncoderDecoder
        Of two languages or more, "feedback" and "attention", each taught as many numbers. All read
        English and say END. It begins with the first of them.
    text : str
        The number to begin with, in figures or in English.

    Raises
    ------
    ValueError
        If a language, style and number taught have no network.
    LetterError
        If the text is no number.
    """
    nets = {which: net.copy() for which, net in nets.items()}
    codes = {numerals.NAMES[code]: code for code, _, _ in nets}
    styles = list(dict.fromkeys(style for _, style, _ in nets))
    counts = {f"{taught:,}": taught for _, _, taught in sorted(nets, key=lambda which: which[2])}
    for which in [(c, s, t) for c in codes.values() for s in styles for t in counts.values()]:
        if which not in nets:
            raise ValueError(f"there is no network for {which}")
    code, style, taught = next(iter(nets))

    @functools.lru_cache(KEPT)
    def answered(number, language, style, taught):
        """Return a network's answer."""
        return Spoken(nets[codes[language], style, counts[taught]], number, codes[language])

    def bound_step(values):
        of_answer = {name: value for name, value in values.items() if name != "step"}
        step.bound(len(answered(**of_answer).said))

    def draw(step, **values):
        spoken = answered(**values)
        return [spoken.draw(step, said_of(spoken, step, **values))]

    number = NumeralBox("number or words", text)
    first = Spoken(nets[code, style, taught], number.read(), code)
    step = Number("step", max(1, len(first.said) // 2), 1, len(first.said), 1)
    return Panel(
        {
            "number": number,
            "language": Dropdown("into", list(codes), numerals.NAMES[code]),
            "style": Dropdown("style", styles, style),
            "taught": Dropdown("taught, numbers", list(counts), f"{taught:,}"),
            "step": step,
        },
        draw,
        adjust=bound_step,
        frames={
            "number": distinct(text, *FRAMED),
            "language": list(codes),
            "style": styles,
            "taught": list(counts),
            "step": range(1, max(map(longest_answer, codes.values())) + 1),
        },
        play="step",
    )


@functools.cache
def longest_answer(language):
    """Return how many steps the longest right answer takes: its words, and END."""
    return max(len(text.split()) for text in numerals.texts(language)) + 1


class Spoken:
    """A network's answer to a number.

    Parameters
    ----------
    net : decoders.EncoderDecoder
    number : int
    language : str

    Attributes
    ----------
    read, said, right : lists of str
        Words; END too in what is said and what would be right.
    sure : (L,) array
        The probability of each word said.
    run : decoders.Run
    """

    def __init__(self, net, number, language):
        self.net, self.number, self.language = net, number, language
        self.read = numerals.english(number).split()
        self.right = [*numerals.words(number, language).split(), END]
        self.run = translation.translate(net, numerals.english(number))
        self.said = [net.says.outputs[y] for y in self.run.Y]
        self.sure = self.run.P[range(len(self.said)), self.run.Y]

    def first_wrong(self, step):
        """Return the first wrong step of those from 1 to `step`; 0 if all are right."""
        for t in range(1, step + 1):
            if self.said[t - 1] != self.expected(t):
                return t
        return 0

    def expected(self, step):
        """Return the word that would be right at a step."""
        return self.right[step - 1] if step <= len(self.right) else "nothing"

    def draw(self, step, said):
        """Draw the answer up to a step: what attention looks at, or the one vector.

        Parameters
        ----------
        step : int
            From 1.
        said : str
            What the picture shows.

        Returns
        -------
        Picture
        """
        answer = dict(
            words=said,
            lit=step,
            over=f"{self.number:,}: {numerals.written(self.number, 'en')}",
            under=f"{numerals.NAMES[self.language]}: "
            + numerals.written(self.number, self.language),
            sure=self.sure,
            right=self.right,
        )
        if self.net.style == "attention":
            alpha = until(step, self.run.alpha)
            return alignments.draw_alignment(self.read, self.said, alpha, **answer)
        n = self.net.n
        states = until(step, self.run.dec_S[1:, :n])
        thought = self.run.S[-1, :n]
        limit = largest(thought, self.run.dec_S[1:, :n])
        return bottleneck.draw_thought(self.read, self.said, thought, states, limit=limit, **answer)


def until(step, rows):
    """Return a copy of rows; those after a step are empty."""
    rows = np.array(rows, dtype=float)
    rows[step:] = np.nan
    return rows


def said_of(spoken, step, number, language, style, taught):
    """Return what a panel's picture shows, in words."""
    read, said = spoken.read, spoken.said[step - 1]
    parts = [
        f"{number:,}, '{' '.join(read)}', into {language}: {style}, taught {taught}"
        f" numbers. Step {step} of {len(spoken.said)}: it says {said!r}"
        f" ({picture.number(spoken.sure[step - 1])})"
    ]
    if spoken.net.style == "attention":
        weights = spoken.run.alpha[step - 1]
        most = int(weights.argmax())
        parts.append(
            f", and looks most at word {most + 1}, {read[most]!r} ({picture.number(weights[most])})"
        )
    else:
        fed = repr(spoken.said[step - 2]) if step > 1 else "nothing"
        parts.append(f", fed {fed}; it has one vector of {spoken.net.n} numbers, and no word")
    wrong = spoken.first_wrong(step)
    whole = step == len(spoken.said)
    parts.append(f". {'The answer is' if whole else 'So far it is'} {verdict(not wrong)}")
    if wrong:
        parts.append(
            f": word {wrong} is {spoken.said[wrong - 1]!r}, and {spoken.expected(wrong)!r} would be"
            " right"
        )
    return "".join([*parts, "."])
