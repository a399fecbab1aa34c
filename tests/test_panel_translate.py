"""Drives the panel of chapter 13; what it must show is worked out in NumPy by
reference.translation."""

import functools

import numpy as np
import pytest

from helpers.driving import at_once, check_one_redraw_a_move, check_reset, moves, page
from reference import pages, translation
from revlib import decoders, numerals, panels
from revlib.alphabet import LetterError
from revlib.panels import static
from revlib.translation import LONGEST

NAMES = {"German": "de", "French": "fr"}


@functools.cache
def drawn(language, style, taught):
    """A network whose every parameter is drawn: most of its answers are wrong. It says some words
    and then END."""
    reads, says = numerals.alphabet("en"), numerals.alphabet(language, end=True)
    score = "learned" if style == "attention" else "dot"
    net = decoders.EncoderDecoder(style, reads, 8, "tanh", says, score)
    rng = np.random.default_rng([taught, len(language), len(style)])
    net.theta[:] = rng.normal(0, 1, net.theta.size)
    return net


def knowing(language, style, *numbers):
    """A network that says the words of some numbers right, of no more than one word each: what is
    read chooses the word, what was said END."""
    net = drawn(language, style, 0).zeros()
    net.enc.Ws[:] = 0
    for unit, k in enumerate(numbers):
        word = numerals.words(k, language)
        net.enc.Wh[net.alphabet.symbols.index(numerals.english(k)), unit] = 9
        net.dec.Ws[unit, unit] = 9
        net.Wo[unit, net.says.outputs.index(word)] = 9
    net.dec.Wh[:, 7] = 9
    net.Wo[7, -1] = 30
    return net


NETS = {
    (language, style, taught): drawn(language, style, taught)
    for style in ("attention", "feedback")
    for language in ("de", "fr")
    for taught in (1_000, 400)
}


def build(nets=NETS, text="25"):
    return panels.translate_panel(nets, text)


def expected(panel, nets, number):
    """What the network of the controls does with a number."""
    of = {name: control.value for name, control in panel.controls.items()}
    language = NAMES[of["language"]]
    net = nets[language, of["style"], int(of["taught"].replace(",", ""))]
    read = numerals.english(number).split()
    found = translation.answer(
        net.named(), net.style, read, net.alphabet.symbols, net.says.symbols, LONGEST
    )
    return net, language, read, *found


def check(panel, number, nets=NETS):
    """Every word and number on the page, for the number and what else the controls say."""
    net, language, read, said, sure, looks, S, states = expected(panel, nets, number)
    step, shown = panel.controls["step"], page(panel)
    assert (step.slider.min, step.slider.max) == (1, len(said))
    t = step.value
    right = [*numerals.words(number, language).split(), "END"]
    pages.check_still(shown)
    texts = shown.numbers
    start = f"{number:,}, '{' '.join(read)}', into {panel.controls['language'].value}: {net.style},"
    assert shown.words.startswith(start)
    step_words = f"Step {t} of {len(said)}: it says {said[t - 1]!r} ("
    assert step_words in shown.words
    pages.check_number(shown.words.split(step_words)[1].split(")")[0], sure[t - 1])

    # in the picture: what is read, what is said so far, how sure, what would be right
    wrong = [k for k in range(t) if k >= len(right) or said[k] != right[k]]
    should = [right[k] if k < len(right) else "nothing" for k in range(len(said))]
    assert texts.count(f"{number:,}: {numerals.written(number, 'en')}") == 1
    tail = f"{panel.controls['language'].value}: {numerals.written(number, language)}"
    assert texts[-1] == tail or tail in texts
    spoken = []
    for k in range(t):
        spoken += [said[k], pages_number(sure[k])]
        spoken += [f"≠ {should[k]}"] if k in wrong else []
    at = texts.index(said[0], texts.index(read[-1]) + 1)
    if net.style == "feedback" and t > 1:
        at = texts.index("it is fed") + 1
    assert texts[at : at + len(spoken)] == spoken

    if net.style == "attention":
        weights = looks[t - 1]
        assert texts[at + len(spoken) + 1 :][: len(read)] == [pages_number(w) for w in weights]
        most = int(np.argmax(weights))
        place = f"looks most at word {most + 1}, {read[most]!r} ({pages_number(weights[most])})"
        assert place in shown.words
    else:
        fed = repr(said[t - 2]) if t > 1 else "nothing"
        assert f", fed {fed};" in shown.words
        assert ("fed nothing" in texts) == (t == 1)
        thought, state = (mark for mark in shown.marks if mark.floors)
        limit = max(np.abs(S[-1]).max(), np.abs(states).max())
        pages.check_bars(thought, S[-1].tolist(), limit)
        pages.check_bars(state, states[t - 1].tolist(), limit)

    whole = "The answer is" if t == len(said) else "So far it is"
    assert f"{whole} {'wrong' if wrong else 'right'}" in shown.words
    if wrong:
        first = wrong[0]
        told = f"word {first + 1} is {said[first]!r}, and {should[first]!r} would be right."
        assert shown.words.endswith(told)


def pages_number(value):
    return f"{value:.2f}"


@pytest.mark.parametrize("style", ["attention", "feedback"])
@pytest.mark.parametrize("language", NAMES)
def test_every_style_language_and_number(style, language):
    panel = build()
    panel.controls["style"].value = style
    panel.controls["language"].value = language
    for taught in ("1,000", "400"):
        panel.controls["taught"].value = taught
        for k in (7, 25, 80, 1984, 9999):
            panel.controls["number"].value = str(k)
            for step in sorted({1, 2, panel.controls["step"].slider.max}):
                panel.controls["step"].value = step
                check(panel, k)


@pytest.mark.parametrize(
    "text",
    ["1984", "1,984", "1 984", " 1984 ", numerals.english(1984), numerals.written(1984, "en")],
)
def test_a_number_is_typed_in_figures_or_in_words(text):
    panel = build()
    panel.controls["number"].value = text
    assert page(panel).role == "status"
    check(panel, 1984)


@pytest.mark.parametrize("style", ["attention", "feedback"])
def test_a_right_answer_is_called_right(style):
    nets = {
        (language, style, taught): knowing(language, style, 5, 7)
        for language in ("de", "fr")
        for taught in (1_000, 400)
    }
    panel = build(nets, "5")
    for k, word in ((5, "fünf"), (7, "sieben")):
        panel.controls["number"].value = str(k)
        for step, said in ((1, "So far it is right."), (2, "The answer is right.")):
            panel.controls["step"].value = step
            check(panel, k, nets)
            assert panel.words.endswith(said) and word in page(panel).numbers
    panel.controls["number"].value = "8"
    assert "wrong: word 1 is" in panel.words and "and 'acht' would be right" in panel.words


def test_what_is_not_said_yet_stands_nowhere():
    panel = build()
    panel.controls["number"].value = "9999"
    step = panel.controls["step"]
    sizes = set()
    for t in range(1, step.slider.max + 1):
        step.value = t
        svg = panel.pictures[0].svg
        assert svg.count('stroke-dasharray="3 3"') == step.slider.max - t
        sizes.add((panel.pictures[0].width, panel.pictures[0].height))
    assert len(sizes) == 1, "the picture keeps its size while the answer is said"


# ---------------------------------------------------------------- what is no number

WRONG = {
    "": "the text is empty; type a number in words, such as 'twenty five'",
    "0": "'0' is no whole number from 1 to 9,999",
    "10000": "'10000' is no whole number from 1 to 9,999",
    "-3": "'-3' is no whole number from 1 to 9,999",
    "2.5": "'2.5' is no whole number from 1 to 9,999; type one in figures, such as 1,984",
    "1,98": "'1,98' is no whole number",
    "１２": "is no whole number",
    "twenty 5": "'twenty 5' is no whole number from 1 to 9,999",
    "abx": "word 'abx' at position 1 of 'abx' is none of English's numbers; 25 is 'twenty-five'",
    "twenty fünf": "word 'fünf' at position 2 of 'twenty fünf' is none of English's numbers: it is"
    " German for 5, which is 'five'",
    "soixante five": "is French for 60, which is 'sixty'",
    "fünfundzwanzig": "'fünfundzwanzig' is 25 in German, and no number in English: that would be"
    " 'twenty-five'",
    "vingt-cinq": "is 25 in French, and no number in English",
    "five twenty": "'five twenty' is no number from 1 to 9,999 in English",
    "9" * 9_000: "is no whole number from 1 to 9,999",
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: ascii(text[:15]))
def test_what_is_no_number_is_answered_in_words(text):
    panel = build()
    before = page(panel)
    panel.controls["number"].value = text
    after = page(panel)
    assert after.role == "alert" and WRONG[text] in after.words and len(after.words) < 300
    assert after.titles == before.titles and after.numbers == before.numbers
    panel.controls["number"].value = "7"
    check(panel, 7)


def test_a_panel_asks_for_all_its_networks():
    some = {which: net for which, net in NETS.items() if which != ("fr", "feedback", 400)}
    with pytest.raises(ValueError, match=r"^there is no network for \('fr', 'feedback', 400\)$"):
        build(some)
    with pytest.raises(LetterError, match="is no whole number"):
        build(text="0")


# ---------------------------------------------------------------- as every panel


def test_reset_and_one_redraw_a_move(draws):
    check_reset(build(text="twenty five"))
    panel = build()
    check_one_redraw_a_move(panel, draws(panel))


def test_it_keeps_nothing_of_the_networks():
    nets = {which: net.copy() for which, net in NETS.items()}
    panel = build(nets)
    start = panel.page.value
    for net in nets.values():
        net.theta[:] = 0
    panel.controls["number"].value = "26"
    panel.reset()
    assert panel.page.value == start


def test_two_threads_move_it():
    panel = build()
    at_once(moves(panel.controls["number"], 6, 1), moves(panel.controls["step"], 6, 2))
    now = panel.page.value
    panel.redraw()
    assert panel.page.value == now


def test_frames_for_the_site():
    panel = build(text="12")
    assert panel.frames["number"][0] == "12" and len(panel.frames["number"]) == 6
    assert set(panel.frames) == set(panel.controls)  # all that moves with a kernel moves
    assert "and so do" not in static.drawn_beforehand(panel)
