"""What a picture's numbers say they were made of, worked out again: hand.js's reasons in Python.

Shares no code with revlib, and none with hand.js.
"""

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"
SLOPES = {"relu": lambda s: s > 0, "tanh": lambda s: 1 - s * s, "linear": np.ones_like}
CURVES = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "linear": lambda x: x,
    "exp": np.exp,
    "softmax": lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum(),
}


@dataclass
class Shown:
    """A block of cells as the page has it."""

    name: str
    texts: list
    values: np.ndarray  # (rows, columns), as exactly as the page knows them
    why: str
    scale: float
    held: bool


def blocks(html):
    """The blocks of a page by name, in the order drawn; of one name, the first."""
    found = {}
    for g in ET.fromstring(f"<page>{html}</page>").iter(f"{SVG}g"):
        if g.get("data-block") is None:
            continue
        texts = [text.text or "" for text in g.findall(f"{SVG}g/{SVG}text")]
        exact = (g.get("data-v") or " ".join(t or "nan" for t in texts)).split(" ")
        letters = bool(g.get("data-letters")) or any(t.isalpha() for t in texts)
        numbers = [math.nan if letters else float(v.replace("−", "-")) for v in exact]
        found.setdefault(
            g.get("data-block"),
            Shown(
                g.get("data-block"),
                texts,
                np.array(numbers).reshape(-1, int(g.get("data-columns") or len(texts))),
                g.get("data-why") or "",
                float(g.get("data-scale") or 1),
                bool(g.get("data-step") or g.get("data-letters")),
            ),
        )
    return found


def reasoned(block, all_blocks):
    """What a block's numbers should be by its reason, and the blocks that it names."""
    outer, colon, why = block.why.rpartition(":")
    total, names = 0.0, []
    for term in why.split(";"):
        operation, *args = term.split("|")
        named = [a for a in args if a in all_blocks]
        names += named
        vector = lambda k: all_blocks[args[k]].values.ravel()
        matrix = lambda k: all_blocks[args[k]].values * all_blocks[args[k]].scale
        if operation == "add":
            part = vector(0)
        elif operation == "less":
            part = vector(0) - vector(1)
        elif operation == "times":
            part = vector(0) * vector(1)
        elif operation == "dot":
            part = vector(0) @ matrix(1)
        elif operation == "dotT":
            part = matrix(1) @ vector(0)
        elif operation == "back":
            part = matrix(1) @ (vector(0) * SLOPES[args[3]](vector(2)))
        elif operation == "pick":
            part = matrix(0)[int(args[1])]
        elif operation == "miss":
            part = (vector(0) - np.eye(len(vector(0)))[int(args[1])]) * float(args[2])
        elif operation == "shift":
            part = (vector(0) - vector(0).max()) / float(args[1])
        elif operation == "part":
            part = vector(0) / vector(0).sum()
        else:
            part = CURVES[operation](vector(0))
        total = total + part
    return (CURVES[outer](total) if colon else total), names


def made_of(block, k, all_blocks):
    """The cells that a block's number k was made of, {(name, place)}.

    A term that is 0 takes no part, if it is not the only one.
    """
    outer, _, why = block.why.rpartition(":")
    places = range(len(block.texts)) if outer == "softmax" else [k]
    found = set()
    for place in places:
        terms = [one for term in why.split(";") for one in parts(term, place, all_blocks)]
        some = [cells for value, cells in terms if value != 0 or len(terms) == 1]
        found = found.union(*some)
    return found


def parts(term, k, all_blocks):
    """The terms of one operation at place k: [(value, cells)]; of products only what is not 0."""
    operation, *args = term.split("|")
    cell = lambda i, k: (args[i], int(k))
    vector = lambda i: all_blocks[args[i]].values.ravel()
    if operation in ("dot", "dotT", "back"):
        columns = all_blocks[args[1]].values.shape[1]
        terms = []
        for i, value in enumerate(vector(0)):
            place = i * columns + k if operation == "dot" else k * columns + i
            value = value * vector(1)[place]
            cells = {cell(0, i), cell(1, place)}
            if operation == "back":
                value = value * SLOPES[args[3]](vector(2))[i]
                cells.add(cell(2, i))
            terms += [(value, cells)] if value != 0 else []
        return terms
    if operation == "less":
        return [(vector(0)[k], {cell(0, k)}), (vector(1)[k], {cell(1, k)})]
    if operation == "times":
        return [(vector(0)[k] * vector(1)[k], {cell(0, k), cell(1, k)})]
    if operation == "pick":
        place = int(args[1]) * all_blocks[args[0]].values.shape[1] + k
        return [(vector(0)[place], {cell(0, place)})]
    if operation == "shift":
        return [(vector(0)[k] - vector(0).max(), {cell(0, i) for i in range(len(vector(0)))})]
    if operation == "part":
        return [(vector(0)[k], {cell(0, i) for i in range(len(vector(0)))})]
    if operation == "miss":
        return [(vector(0)[k] - (int(args[1]) == k), {cell(0, k)})]
    if operation == "add":
        return [(vector(0)[k], {cell(0, k)})]
    return [(CURVES[operation](vector(0)[k]), {cell(0, k)})]


SENTENCE = re.compile(r"(?P<name>.+?): (?P<shown>−?[\d.]+(?:e−?\d+)?) (?P<sign>[=≈]) (?P<sum>.*)")
NUMBER = r"(-?[\d.]+(?:e-?\d+)?)"
POWER = re.compile(rf"e\^(?:\({NUMBER}\)|{NUMBER})")
KNOWN = {"exp": math.exp, "tanh": math.tanh, "ReLU": lambda x: max(x, 0.0), "__builtins__": {}}


def adds_up(sentence):
    """A sentence's sum, as written, is the number that it explains: to its last digit if it says
    "=", nearly if it says "≈"."""
    said = SENTENCE.fullmatch(sentence)
    assert said, sentence
    shown = said["shown"].replace("−", "-")
    text = said["sum"].partition(", where ")[0].replace("−", "-").replace("·", "*")
    text = re.sub(r" \(\d+ smaller\)", "", text)
    powers = [float(one or other) for one, other in POWER.findall(text)]
    top = max(powers, default=0)  # a share stays the same, and no power overflows
    text = POWER.sub(lambda power: f"exp({float(power[1] or power[2]) - top})", text)
    assert re.fullmatch(r"[-+*/().\de ]*", re.sub("exp|tanh|ReLU", "", text)), text
    value = eval(text, KNOWN)
    mantissa, _, exponent = shown.partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    near = 0.5001 * unit if said["sign"] == "=" else 3 * unit + 0.01 * abs(float(shown))
    assert abs(value - float(shown)) <= near, (sentence, value)
