"""What the README shows first: a film of the real panel, a still in its place, and each chapter's
small machine."""

import pathlib
import re
from xml.etree import ElementTree

import pytest
from PIL import Image

from revlib.drawing import emblem
from revlib.notation import COLOURS
from tools import emblems
from tools import notebook as tool

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMAGES = ROOT / "notebooks" / "images"
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLE = README.partition("| chapter |")[2].partition("\n\n")[0].splitlines()[2:]
SVG = "{http://www.w3.org/2000/svg}"


# ---------------------------------------------------------------- the film


def test_the_film_is_short_light_and_can_be_read():
    with Image.open(IMAGES / "loop.gif") as film:
        size, frames = film.size, film.n_frames
        times = []
        for k in range(frames):
            film.seek(k)
            times.append(film.info["duration"])
        assert film.info["loop"] == 0, "it begins anew"
    assert (IMAGES / "loop.gif").stat().st_size <= 1_000_000
    assert 8 <= sum(times) / 1000 <= 12 and max(times) <= 2500, times
    assert 780 <= size[0] <= 860, "as wide as GitHub's column: letters keep their size"
    with Image.open(IMAGES / "panel.png") as still:
        assert still.size == size, "nothing jumps where one stands for the other"


def test_the_film_moves():
    """From frame to frame something changes, and the last differs from the first in many places."""
    with Image.open(IMAGES / "loop.gif") as film:
        pictures = []
        for k in range(film.n_frames):
            film.seek(k)
            pictures.append(film.convert("RGB").tobytes())
    assert all(one != other for one, other in zip(pictures, pictures[1:]))
    far = sum(a != b for a, b in zip(pictures[0], pictures[-1])) / len(pictures[0])
    assert far > 0.01


def test_who_wants_no_motion_sees_the_still():
    picture = re.search(r"<picture>(.*?)</picture>", README, re.DOTALL)
    assert README.index("# ") < picture.start() < README.index("| chapter"), "first of all"
    tags = re.findall(r"<(source|img) (.*?)>", picture[1])
    assert [name for name, _ in tags] == ["source", "img"], "a browser takes the first that fits"
    source, img = (dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for _, tag in tags)
    assert source == {
        "media": "(prefers-reduced-motion: reduce)",
        "srcset": "notebooks/images/panel.png",
    }
    assert img["src"] == "notebooks/images/loop.gif" and len(img["alt"]) > 60
    with Image.open(ROOT / img["src"]) as film:
        assert int(img["width"]) == film.size[0]


@pytest.mark.browser
@pytest.mark.nightly
def test_the_film_can_be_made_again(tmp_path):
    """The panel of today still does what the script drags, and its last number says its sum."""
    from tools import loop

    made, path = loop.film(tmp_path)
    assert made.says == "unit 3 of S(2)·Ws: 4.33 = 0.98·0.2 + 1.28·0.7 + 2.05·0.9 + 1.74·0.8"
    with Image.open(path) as new, Image.open(IMAGES / "loop.gif") as old:
        assert new.size[0] == old.size[0] and abs(new.size[1] - old.size[1]) < 20
        assert abs(new.n_frames - old.n_frames) < 6
    assert (tmp_path / "panel.png").is_file()


# ---------------------------------------------------------------- the small machines


@pytest.mark.parametrize("chapter", emblem.EMBLEMS)
def test_the_emblem_is_what_the_code_draws_now(chapter):
    stored = (IMAGES / f"{chapter}.svg").read_text(encoding="utf-8")
    assert stored == emblems.image(chapter), "run python tools/emblems.py"
    assert len(stored) < 5000
    root = ElementTree.fromstring(stored)
    assert root.find(f"{SVG}title").text == f"{emblem.EMBLEMS[chapter]}."
    paper = root.find(f"{SVG}rect").attrib
    assert paper["fill"].endswith("#ffffff)"), "on paper of its own, no page can hide it"
    night = dict(re.findall(r"(--revlib-\w+): (#\w+)", root.find(f"{SVG}style").text))
    assert set(re.findall(r"--revlib-(?!least)\w+", stored)) <= set(night)
    assert night["--revlib-paper"] == "#121212"
    assert (paper["width"], paper["height"]) == (root.attrib["width"], root.attrib["height"])


def lit(chapter):
    """The roles whose colours stand in the full-coloured parts of an emblem."""
    groups = re.findall(r'<g opacity="([^"]*)">(.*?)(?=<g opacity|$)', svg(chapter), re.DOTALL)
    full = "".join(body for opacity, body in groups if opacity == "1")
    return {role for role, colour in COLOURS.items() if colour in full}


def svg(chapter):
    return emblem.draw_emblem(chapter).svg


@pytest.mark.parametrize(
    "chapter, roles",
    [
        ("00", {"input", "encoder", "decoder", "output"}),
        ("01", {"input", "encoder", "decoder"}),  # the frame of the thought is the decoder's
        ("02", {"encoder", "decoder"}),
        ("03", {"input", "decoder", "output"}),
        ("04", {"output"}),
        ("05", {"blame"}),
        ("11", {"input", "output", "weights"}),
    ],
)
def test_what_the_chapter_is_about_is_lit(chapter, roles):
    assert lit(chapter) == roles


def test_no_two_chapters_look_alike():
    drawn = [re.sub("<title>.*?</title>", "", svg(chapter)) for chapter in emblem.EMBLEMS]
    assert len(set(drawn)) == len(drawn)


def test_everything_is_on_the_paper():
    for chapter in emblem.EMBLEMS:
        for x, width in re.findall(
            r'<rect x="([-\d.]+)" y="[-\d.]+" width="([\d.]+)"', svg(chapter)
        ):
            assert 0 <= float(x) and float(x) + float(width) <= emblem.WIDTH, chapter
        for y in re.findall(r'(?: y|cy)="([-\d.]+)"', svg(chapter)):
            assert 0 <= float(y) <= emblem.HEIGHT, chapter


def test_a_chapter_without_an_emblem_is_told():
    with pytest.raises(ValueError, match="chapter '99' has no emblem; there are 00, 01"):
        emblem.draw_emblem("99")


# ---------------------------------------------------------------- the list


def test_the_list_has_every_chapter_with_its_machine():
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE]
    links = [re.fullmatch(r"\[(\w+) .+\]\((notebooks/.+\.ipynb)\)", row[0]) for row in rows]
    paths = [path for path in tool.book() if path.parent.name == "notebooks"]
    assert [link[2] for link in links] == [path.relative_to(ROOT).as_posix() for path in paths]
    # unbroken, it keeps the column as wide as the pictures are, which a table else would shrink
    assert "| its\u00a0small\u00a0machine |" in README
    for link, row in zip(links, rows):
        name = link[1]
        assert pathlib.Path(link[2]).name.startswith(f"{name}_") and len(row) == 4
        if name in emblem.EMBLEMS:
            assert row[1] == f"![{emblem.EMBLEMS[name]}](notebooks/images/{name}.svg)"
        else:
            assert name in "BCD" and row[1] == ""


def test_the_readme_can_be_read_as_it_is():
    """One block of HTML, the film; what it says stands beside it in words."""
    tags = re.findall(r"<(?!!--)/?(\w+)", README)
    assert set(tags) <= {"picture", "source", "img"}, tags
    assert "read 'abc', say 'cba'" in README[: README.index("| chapter")]


def test_every_link_of_the_readme_leads_somewhere():
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", README) + re.findall(
        r'src(?:set)?="(.*?)"', README
    )
    lost = [t for t in targets if not t.startswith("https://") and not (ROOT / t).exists()]
    assert len(targets) > 40 and lost == []
