#!/usr/bin/env python3
"""Writes the small machine of each chapter, which the README's list shows: notebooks/images/01.svg
and the like.

    python tools/emblems.py
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMAGES = ROOT / "notebooks" / "images"
sys.path.insert(0, str(ROOT))
from revlib.drawing import emblem  # noqa: E402  this book's, not another's

# What a dark page makes of the colours: the same as of the panels'.
NIGHT = re.findall(
    r"--revlib-\w+: #[0-9a-f]{6}", (ROOT / "revlib/panels/hand.css").read_text(encoding="utf-8")
)
UNLIT = 0.38  # opacity by night of what a chapter is not about


def image(chapter):
    """Return the file of a chapter's emblem: an image, so its colours by night are in itself."""
    night = f"svg{{{';'.join(NIGHT)}}}g[opacity='{emblem.UNLIT}']{{opacity:{UNLIT}}}"
    style = f"<style>@media (prefers-color-scheme:dark){{{night}}}</style>"
    return emblem.draw_emblem(chapter).svg.replace("<title>", f"{style}<title>", 1) + "\n"


if __name__ == "__main__":
    for chapter in emblem.EMBLEMS:
        path = IMAGES / f"{chapter}.svg"
        path.write_text(image(chapter), encoding="utf-8", newline="\n")
    print(f"{len(emblem.EMBLEMS)} emblems in {IMAGES}")
