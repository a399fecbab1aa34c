#!/usr/bin/env python3
"""Films the panel of chapter 01 in JupyterLab, as a reader moves it: the pictures that the README
opens with.

    python tools/loop.py     writes notebooks/images/loop.gif and, for no motion, panel.png

It needs Chromium, and everything that `make test` installs.
"""

import io
import pathlib
import sys
import tempfile

from PIL import Image, ImageChops

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMAGES = ROOT / "notebooks" / "images"
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from helpers import lab as jupyter  # noqa: E402  the folder is not a package

VIEW = {"width": 1100, "height": 1100}  # pixels: what leaves the panel about 800 of width
COLOURS = 64
TICK = 100  # milliseconds from frame to frame while something moves
REST = 1000  # and where there is something to read

# A page that is photographed has no pointer: this one follows the mouse. And a README is wide: the
# controls, and what a number says of itself, stand beside the picture and not above and below it.
POINTER = """
<svg xmlns="http://www.w3.org/2000/svg" width="22" height="30">
<path d="M2 2v22l5.5-5 3.8 8.6 4-1.8-3.7-8.3h7.6z" fill="#222" stroke="#fff" stroke-width="2"/>
</svg>"""
LOOK = """
.jp-cell-toolbar { display: none !important }
.revlib-panel { display: grid !important; grid-template-columns: 330px 516px;
  grid-auto-rows: max-content; align-content: start; overflow: hidden }
.revlib-panel > * { grid-column: 1 }
.revlib-panel > .widget-html { grid-column: 2; grid-row: 1 / span 20 }
.revlib-why { font-size: 16px; margin: 24px 12px 0 4px }
* { transition: none !important; caret-color: transparent !important }
"""
STAGE = """([pointer, look]) => {
  const arrow = document.createElement('div');
  arrow.innerHTML = pointer;
  arrow.style.cssText = 'position:fixed;left:-40px;top:0;z-index:99999;pointer-events:none';
  document.body.append(arrow);
  document.addEventListener('pointermove', event => {
    arrow.style.left = event.clientX + 'px';
    arrow.style.top = event.clientY + 'px';
  }, true);
  const style = document.createElement('style');
  style.textContent = look;
  document.head.append(style);
}"""


class Film:
    """The frames of one panel, each with how long it stays."""

    def __init__(self, chapter, panel):
        self.page = chapter.page
        self.place = chapter.place(panel)
        self.frames = []
        self.page.evaluate(STAGE, [POINTER, LOOK])
        self.page.evaluate("i => book.output(i).scrollIntoView({block: 'center'})", self.place)
        self.page.wait_for_timeout(500)
        box = self.box("page")
        picture = self.page.evaluate(
            "i => book.page(i).querySelector('svg').getBoundingClientRect().bottom", self.place
        )
        left = box["x"] - 332
        self.clip = {"x": left, "y": box["y"] - 8, "width": 846, "height": picture - box["y"] + 16}
        self.at = (left + 300, picture - 60)

    def box(self, call, *args):
        """Return where on the page that is what `book.call` finds."""
        found = self.page.evaluate_handle(f"args => book.{call}(...args)", [self.place, *args])
        return found.as_element().bounding_box()

    def shoot(self, milliseconds=TICK):
        """Keep the panel as it looks now."""
        self.page.wait_for_timeout(100)  # the kernel has drawn by then
        picture = Image.open(io.BytesIO(self.page.screenshot(clip=self.clip))).convert("RGB")
        if self.frames and ImageChops.difference(picture, self.frames[-1][0]).getbbox() is None:
            milliseconds += self.frames.pop()[1]
        self.frames.append((picture, milliseconds))

    def glide(self, x, y, frames):
        """Move the pointer there, and film it on its way."""
        x0, y0 = self.at
        for k in range(1, frames + 1):
            self.page.mouse.move(x0 + (x - x0) * k / frames, y0 + (y - y0) * k / frames)
            self.shoot()
        self.at = (x, y)

    def go(self, call, *args, frames=5):
        """Move the pointer to the middle of what `book.call` finds."""
        box = self.box(call, *args)
        self.glide(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, frames)

    def pull(self, dx, dy, frames):
        """Drag what is under the pointer."""
        self.page.mouse.down()
        self.glide(self.at[0] + dx, self.at[1] + dy, frames)
        self.page.mouse.up()


def play(film):
    """Move the step, a letter and a weight, and ask a number: what a reader does first."""
    film.page.mouse.move(*film.at)
    film.shoot(REST)
    film.go("handle", "step t")
    film.pull(film.box("track", "step t")["width"] / 2, 0, 5)
    film.shoot(REST)
    film.go("rect", "string", 2)
    film.pull(0, 22, 4)
    film.shoot(REST)
    film.go("rect", "Wh", 5 + 2)
    film.pull(40, 0, 8)
    film.shoot(REST)
    film.go("rect", "x(3)·Wh", 2, frames=3)
    film.go("rect", "S(2)·Ws", 2, frames=3)
    film.page.mouse.click(*film.at)
    film.shoot(2 * REST)


def save(frames, folder):
    """Write the film, and as the still its last frame; return the film's path."""
    sheet = Image.new("RGB", (frames[0][0].width, frames[0][0].height * len(frames)))
    for k, (picture, _) in enumerate(frames):
        sheet.paste(picture, (0, k * picture.height))
    palette = sheet.quantize(COLOURS, dither=Image.Dither.NONE)
    flat = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture, _ in frames]
    times = [milliseconds for _, milliseconds in frames]
    path = folder / "loop.gif"
    flat[0].save(path, save_all=True, append_images=flat[1:], duration=times, loop=0)
    flat[-1].save(folder / "panel.png", optimize=True)
    return path


def film(folder):
    """Film the panel, and write what was filmed into a folder; return the frames and the path."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        jupyter.browser("the film of the panel") as chromium,
        jupyter.Lab(pathlib.Path(scratch)) as lab,
    ):
        page = jupyter.new_page(chromium, viewport=VIEW)
        chapter = jupyter.Chapter(lab, chromium, "01_encoding", page)
        chapter.open()
        chapter.run()
        made = Film(chapter, "encoding_panel")
        play(made)
        made.says = chapter.js("why", made.place)
    return made, save(made.frames, folder)


if __name__ == "__main__":
    print("JupyterLab starts, and chapter 01 is run (half a minute)", flush=True)
    made, path = film(IMAGES)
    seconds = sum(milliseconds for _, milliseconds in made.frames) / 1000
    print(f"{path}: {len(made.frames)} frames, {seconds:.1f} s, {path.stat().st_size // 1000} kB")
