"""Write the numbers from 1 to 9,999 in words, English, German and French, for chapter 13.

    python benchmarks/numerals.py                          # the book's
    python benchmarks/numerals.py --to 999 --languages en nl

The words are those of num2words. What a network reads and says are words, and in German, which
writes a number as one word, the parts of PARTS. The script stops if these, joined again, do not
make every German number.

Writes, in notebooks/results, numerals.npz: a text for each language, one number a line, in UTF-8,
with a "|" where German parts meet. revlib.numerals reads it; it needs no num2words.
"""

import argparse
import io
import re

import numpy as np
import runs
from num2words import num2words

from revlib import checkpoint

PARTS = (
    "tausend hundert und zehn elf zwölf"
    " dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
    " zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
    " eins ein zwei drei vier fünf sechs sieben acht neun"
).split()
LONGEST_FIRST = re.compile("|".join(sorted(PARTS, key=len, reverse=True)))


def german(k):
    """Return a number in German with its parts marked: 25 is fünf|und|zwanzig.

    ValueError if the parts, joined again, are not the number.
    """
    whole = num2words(k, lang="de")
    parts = LONGEST_FIRST.findall(whole)
    if "".join(parts) != whole:
        raise ValueError(f"{whole!r}, {k}, is not made of {', '.join(PARTS)}")
    return "|".join(parts)


def written(k, language):
    """Return a number as the language writes it, with the parts of German marked."""
    return german(k) if language == "de" else num2words(k, lang=language)


def main():
    """Write the numbers of all languages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=int, default=9_999, help="the last number")
    parser.add_argument("--languages", nargs="+", default=["en", "de", "fr"])
    given = parser.parse_args()
    texts = {}
    for language in given.languages:
        lines = [written(k, language) for k in range(1, given.to + 1)]
        texts[language] = np.frombuffer("\n".join(lines).encode(), np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, **texts)
    checkpoint.write(runs.RESULTS / "numerals.npz", file.getvalue())
    print(f"{len(file.getvalue()):,} bytes, {', '.join(texts)}, 1 to {given.to:,}")


if __name__ == "__main__":
    main()
