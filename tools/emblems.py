#!/usr/bin/env python3
"""Writes the small machine of each chapter, which the README's list shows: notebooks/images/01.svg
and the like.

    python tools/emblems.py
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMAGES = ROOT / "notebooks" / "images"
sys.path.insert(0, str(ROOT))
from revlib.drawing import emblem  # noqa: E402  this book's, not another's

if __name__ == "__main__":
    for chapter in emblem.EMBLEMS:
        path = IMAGES / f"{chapter}.svg"
        path.write_text(emblem.draw_emblem(chapter).svg + "\n", encoding="utf-8", newline="\n")
    print(f"{len(emblem.EMBLEMS)} emblems in {IMAGES}")
