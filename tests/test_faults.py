"""What has gone wrong for people with other books of notebooks, tried on this one."""

import ast
import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import time

import ipywidgets as widgets
import matplotlib as mpl
import matplotlib.style
import numpy as np
import pytest

from revlib import (
    activations,
    bptt,
    decoders,
    exercises,
    mlp,
    model,
    panels,
    results,
    starts,
    training,
)
from revlib.alphabet import Alphabet, LetterError
from revlib.drawing import plots
from revlib.exercises import grading
from revlib.panels import words
from tools import glossary, pages, stamp
from tools import notebook as tool

ROOT = pathlib.Path(__file__).resolve().parent.parent


# ---------------------------------------------------------------- the state of the reader's process


def plot_pictures():
    """One of each kind of plot, laid out and drawn."""
    axes = {"xlabel": "t", "ylabel": "norm of S(t)", "xlim": (0, 21), "ylim": (0, 1)}
    x = np.arange(1.0, 21)
    curves = plots.Curves({"loss": "output", "norm": "blame"}, **axes)
    dots = plots.Map({"one": [0], "other": [1]}, ["a", "b"], **axes)
    return [
        curves.draw(x, [x / 21, 1 - x / 21], "curves").svg,
        dots.draw(np.array([[1, 0.5], [20, 0.9]]), "dots").svg,
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"savefig.bbox": "tight"},
        {"font.size": 30, "lines.linewidth": 9, "figure.dpi": 30},
        {"axes.facecolor": "black", "axes.prop_cycle": mpl.cycler(color=["w"])},
        {"svg.fonttype": "path", "axes.titlesize": 40, "figure.autolayout": True},
        "dark_background",
        "ggplot",
    ],
    ids=str,
)
def test_plots_take_nothing_from_the_readers_settings(settings):
    usual = plot_pictures()
    with mpl.rc_context():
        if isinstance(settings, str):
            matplotlib.style.use(settings)
        else:
            mpl.rcParams.update(settings)
        theirs = dict(mpl.rcParams)
        assert plot_pictures() == usual
        assert dict(mpl.rcParams) == theirs, "and they are left as they are"


@pytest.fixture
def everything_raises():
    with np.errstate(all="raise"):
        yield


def test_softmax_where_floats_may_not_underflow(everything_raises):
    assert activations.softmax([0.0, -800.0]).tolist() == [1, 0]
    assert activations.softmax([0.0, -1e300], 1e-8).tolist() == [1, 0]
    assert np.isfinite(activations.sigmoid(np.array([-1e4, 1e4]))).all()


NETWORKS = {
    "model": lambda: model.Net("abc", 5),
    "tanh": lambda: model.Net("abc", 5, "tanh"),
    "attention": lambda: decoders.EncoderDecoder("attention", "abc", 5),
    "LSTM": lambda: decoders.EncoderDecoder("peek", "abc", 5, "LSTM"),
    "GRU": lambda: decoders.EncoderDecoder("plain", "abc", 5, "GRU"),
    "MLP": lambda: mlp.MLP((9, 5, 9), ("relu",)),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_networks_where_floats_may_not_underflow(kind):
    """The same run, loss and training, to the last bit, as with NumPy's own settings."""

    def everything():
        net = starts.initialize(NETWORKS[kind](), "gaussian", np.random.default_rng(0))
        for weights in net.weights():
            weights *= 1e-80  # products of two are too small for a float
        batch = training.Batch(net, net.alphabet.strings(3))
        *_, last = training.train(net, batch, training.Adam(), 20, clip=1)
        return last.theta, net.run("abc").Y if kind == "MLP" else net.run("abc").output

    usual, said = everything()
    with np.errstate(all="raise"):
        theta, again = everything()
    assert theta.tolist() == usual.tolist()
    assert np.array_equal(said, again)


def test_panels_and_gradients_where_floats_may_not_underflow(everything_raises):
    net = model.post_net()
    net.theta *= 1e-160
    bptt.gradients(net, "abc")
    panels.encoding_panel(net)
    panels.vanishing_panel(net)


# ---------------------------------------------------------------- what is carried over silently


@pytest.mark.parametrize("units", [5, 8])
def test_an_adam_serves_one_network(units):
    adam = training.Adam()
    first, second = model.Net("abc", 5), model.Net("abc", units)
    list(training.train(first, training.Batch(first, ["abc"]), adam, 2))
    list(training.train(first, training.Batch(first, ["abc"]), adam, 2))  # the same: it goes on
    with pytest.raises(ValueError, match="this Adam remembers another network's gradients"):
        list(training.train(second, training.Batch(second, ["abc"]), adam, 2))


# ---------------------------------------------------------------- errors that wait


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"optimiser": None}, "the optimiser is None; make one, such as training.Adam"),
        ({"steps": -5}, "steps is -5; a training makes 0 updates or more"),
        ({"clip": 0}, "clip is 0, the largest norm of a gradient; it must be above 0"),
    ],
    ids=str,
)
def test_a_training_is_refused_when_it_is_asked_for(wrong, message):
    net = model.Net()
    how = {"optimiser": training.Adam(), "steps": 3, "clip": None} | wrong
    with pytest.raises(ValueError, match=message):
        training.train(net, training.Batch(net, ["abc"]), **how)


# ---------------------------------------------------------------- a caption that guesses


def test_a_step_of_tanh_is_captioned_tanh():
    net = starts.initialize(model.Net("abc", 5, "tanh"), "gaussian", np.random.default_rng(0))
    net.theta *= 0.002
    svg = panels.encoding_panel(net).page.value
    assert "tanh squeezes" in svg and "ReLU" not in svg
    assert "ReLU makes negative sums 0" in panels.encoding_panel(model.post_net()).page.value


# ---------------------------------------------------------------- where the kernel stands

RESULTS = ROOT / "notebooks" / "results"


@pytest.mark.parametrize("below", [".", "notebooks", "notebooks/solutions", "tests/reference"])
def test_results_are_found_from_the_books_folders(below, monkeypatch):
    monkeypatch.chdir(ROOT / below)
    assert results.folder().resolve() == RESULTS


def test_results_of_the_book_that_one_stands_in_come_first(tmp_path, monkeypatch):
    """A copy of the book, and a folder of the reader's own that is called results too."""
    theirs = tmp_path / "book" / "notebooks" / "solutions" / "results"
    copy = tmp_path / "book" / "notebooks" / "results"
    for folder in (theirs, copy):
        folder.mkdir(parents=True)
    (copy / results.ALWAYS_THERE).touch()
    monkeypatch.chdir(theirs.parent)
    assert results.folder() == copy


def test_results_are_found_from_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()  # the reader's own
    monkeypatch.chdir(tmp_path)
    assert results.folder().resolve() == RESULTS


def test_results_are_found_where_the_folder_is_no_more(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert results.folder().resolve() == RESULTS


def test_results_that_are_nowhere_are_missed_in_words(tmp_path, monkeypatch):
    """As from a wheel: beside the package there is no book."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(results, "__file__", str(tmp_path / "site-packages/revlib/results.py"))
    with pytest.raises(FileNotFoundError) as error:
        results.folder()
    said = str(error.value)
    assert str(tmp_path) in said and str(tmp_path / "site-packages") in said
    assert "start JupyterLab in the book's folder" in said


BOOK = tool.book()


@pytest.mark.parametrize("path", BOOK, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_cell_opens_what_lies_beside_it(path):
    """Relative paths are those of the kernel's folder, which need not be the notebook's."""
    for cell in tool.read(path).cells:
        if cell.cell_type == "code" and "colab" not in cell.metadata.get("tags", []):
            relative = r"Path\((?!\w)|(?:open|load)\([\"']|\.\./|chdir|getcwd|cwd\("
            assert not re.search(relative, cell.source), cell.id


# ---------------------------------------------------------------- cells run twice


LONG = {  # seconds of training each, and no later cell needs them
    "failures-dead",
    "panel-a-check",
    "held-out-three",
    "differences",
    "hand-far",
    "widths",
    "panel-check",
    "reader",
    "unique-control",
}


@pytest.mark.nightly
@pytest.mark.parametrize("path", BOOK, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_cell_says_the_same_the_second_time(path, tmp_path, monkeypatch):
    """Each code cell twice in a row, in an empty folder; once, if it takes more than a second."""
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    for cell in tool.read(path).cells:
        aside = cell.id in LONG or "colab" in cell.metadata.get("tags", [])
        if cell.cell_type == "code" and not aside:
            begun = time.perf_counter()
            first = printed(cell.source, names)
            if time.perf_counter() - begun < 1:
                assert printed(cell.source, names) == first, cell.id


def printed(source, names):
    """What a cell prints and shows, as text."""
    said = io.StringIO()
    body = ast.parse(source).body
    last = [body.pop()] if body and isinstance(body[-1], ast.Expr) else []
    with contextlib.redirect_stdout(said):
        exec(compile(ast.Module(body, []), "a cell", "exec"), names)
        for each in last:
            shown = eval(compile(ast.Expression(each.value), "a cell", "eval"), names)
            if isinstance(shown, widgets.Widget):
                shown = None  # its name differs from one to the next
            print(getattr(shown, "svg", shown))
    return said.getvalue()


# ---------------------------------------------------------------- letters that look like others


@pytest.mark.parametrize(
    "symbols, text, said",
    [
        ("abc", "\u0430bc", "letter 'а' (U+0430 CYRILLIC SMALL LETTER A) at position 1"),
        ("abc", "a\uff42c", "letter 'ｂ' (U+FF42 FULLWIDTH LATIN SMALL LETTER B) at position 2"),
        ("abc", "ab\u200bc", r"letter '\u200b' (U+200B ZERO WIDTH SPACE) at position 3"),
        ("abc", "abc\u00a0", r"letter '\xa0' (U+00A0 NO-BREAK SPACE) at position 4"),
        ("abc", "a\n", r"letter '\n' (U+000A a control character) at position 2"),
        ("abc", "a\ud800", r"letter '\ud800' (U+D800 half a character) at position 2"),
        ("abc", "a\u0301bc", "letter '\u0301' (U+0301 COMBINING ACUTE ACCENT) at position 2"),
        ("абв", "aбв", "letter 'a' (U+0061 LATIN SMALL LETTER A) at position 1"),
        (["one", "two"], "two \u043ene", "word 'оne' ('о' is U+043E CYRILLIC SMALL LETTER O) at"),
        ("abc", "abd", "letter 'd' at position 3"),  # ASCII among ASCII, as it looks
        ("abc", "a c", "letter ' ' at position 2"),
        (["one", "two"], "two three", "word 'three' at position 2"),
    ],
)
def test_a_letter_that_looks_like_another_is_named(symbols, text, said):
    with pytest.raises(LetterError) as error:
        Alphabet(symbols).read(text)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: starts.initialize(model.Net(), "g\u0430ussian", np.random.default_rng(0)),
        lambda: model.Net(activation="t\u0430nh"),
        lambda: mlp.MLP((9, 5, 9), ("t\u0430nh",)),
        lambda: decoders.EncoderDecoder("\u0430ttention"),
        lambda: decoders.EncoderDecoder(cell="G\u0430U"),
        lambda: exercises.quiz("1.w\u0430rm"),
    ],
)
def test_a_name_that_looks_like_another_is_named(ask):
    with pytest.raises(ValueError, match=r"'а' is U\+0430 CYRILLIC SMALL LETTER A\)"):
        ask()


@pytest.mark.parametrize(
    "number, answer, said",
    [
        ("3.3", "b\u0441c", "found 'bсc' ('с' is U+0441 CYRILLIC SMALL LETTER ES); expected"),
        ("3.3", "b\ncc", r"found 'b\ncc' ('\n' is U+000A a control character); expected"),
        ("3.3", "\u200b", "found an empty string; expected"),
        ("3.3", "b\u200bbc", "found bbc; expected"),
        ("9.7", ["ba ", "\u0441a"], "found 'ba', 'сa' ('с' is U+0441 CYRILLIC"),
        ("\uff13.3", "bcc", "there is no exercise '３.3' ('３' is U+FF13 FULLWIDTH DIGIT THREE)"),
    ],
)
def test_an_answer_that_looks_like_another_is_named(number, answer, said, capsys):
    exercises.check(number, answer)
    assert said in capsys.readouterr().out


INVISIBLE = {
    "a line's end": "{}\n",
    "Windows' line's end": "{}\r\n",
    "blanks": "\t {}  ",
    "no-break space": "\u00a0{}\u202f",
    "wide space": "\u3000{}",
    "zero-width space": "\u200b{}",
    "byte-order mark": "\ufeff{}",
    "direction": "\u202a{}\u202c",
    "variation selector": "{}\ufe0f",
    "filler": "{}\u3164",
}


@pytest.mark.parametrize("what", INVISIBLE)
@pytest.mark.parametrize(
    "number, answer", [("3.3", "bcc"), ("9.7", ["ca", "ba"]), ("4.1", "0"), ("4.1", ["0"])]
)
def test_what_nobody_can_see_makes_no_answer_wrong(what, number, answer, capsys, monkeypatch):
    easy = grading.Numbers("a number", lambda: 0)
    monkeypatch.setitem(exercises.EXERCISES, "4.1", easy)
    hidden = INVISIBLE[what].format
    exercises.check(number, [*map(hidden, answer)] if isinstance(answer, list) else hidden(answer))
    assert capsys.readouterr().out == f"{number}: correct\n"


@pytest.mark.parametrize(
    "number, answer",
    [
        ("3.3", "ｂｃｃ"),
        ("3.3", "b\u00adc\u200dc"),
        ("3.3", np.array(["bcc\n"])),
        ("9.7", {"ba ", "ca"}),
    ],
)
def test_a_string_counts_as_it_reads(number, answer, capsys):
    exercises.check(number, answer)
    assert capsys.readouterr().out == f"{number}: correct\n"


def test_a_string_of_a_number_counts_as_it_reads():
    half = grading.Numbers("two numbers", lambda: [-0.5, 3])
    assert half.trouble(["\u22120.5", "３\n"]) == ""
    accents = grading.Word("a word", lambda: [["zw\u00f6lf"]])
    assert accents.trouble("zwo\u0308lf") == ""


@pytest.mark.parametrize("kind", [grading.Word, grading.Numbers])
def test_a_list_that_holds_itself_is_an_answer_too(kind):
    endless = []
    endless.append(endless)
    assert kind("one", lambda: [["one"]] if kind is grading.Word else 1).trouble(endless)


# ---------------------------------------------------------------- explanations in any script

EXPLANATIONS = {
    "Chinese": "隐藏状态每一步都变小，所以第一个字母几乎没有影响。",
    "Chinese, traditional": "每走一步，狀態就乘以同一個小矩陣，最初的字母便被遺忘。",
    "Japanese": "状態は一歩ごとに小さくなるので、最初の文字はほとんど残らない。",
    "Japanese, kana": "じょうたいはちいさくなるので、さいしょのもじはのこらない。",
    "Korean": "상태가 매 단계마다 작아지므로 첫 글자는 거의 남지 않는다.",
    "Thai": "สถานะเล็กลงทุกขั้น ตัวอักษรตัวแรกจึงแทบไม่มีผล",
    "Lao": "ສະຖານະນ້ອຍລົງທຸກຂັ້ນຕອນ ຕົວອັກສອນທຳອິດຈຶ່ງຫາຍໄປ",
    "Khmer": "ស្ថានភាពតូចជាងមុនរាល់ជំហាន ដូច្នេះអក្សរដំបូងបាត់",
    "Burmese": "အခြေအနေသည်အဆင့်တိုင်းတွင်သေးငယ်သွားသည်",
    "Hindi": "हर कदम पर अवस्था छोटी होती है, इसलिए पहला अक्षर खो जाता है।",
    "Arabic": "تصغر الحالة في كل خطوة، ولذلك يضيع الحرف الأول.",
    "Hebrew": "המצב קטן בכל צעד ולכן האות הראשונה נשכחת",
    "Greek": "Η κατάσταση μικραίνει σε κάθε βήμα.",
    "Russian": "Состояние уменьшается на каждом шаге.",
    "Amharic": "ሁኔታው በእያንዳንዱ እርምጃ ያንሳል ስለዚህ ይጠፋል",
    "with numbers": "S(2) is 0.58, then 0.34.",
    "half-width kana": "ｼﾞｮｳﾀｲﾊﾁｲｻｸﾅﾙﾉﾃﾞｻｲｼｮﾉﾓｼﾞﾊﾉｺﾗﾅｲ",
}
NO_EXPLANATION = {
    "nothing": "",
    "blanks": " \n\t\u3000\u00a0",
    "nothing to see": "\u200b \u200b \u200b \u200b \u200b",
    "English": "because",
    "four words": "it gets too small",
    "Chinese": "循环神经网络",
    "Japanese": "コンピューター",
    "Thai": "คอมพิวเตอร์",
    "Hindi": "क्योंकि",
    "Arabic": "لأن",
    "dots": ". . . . . .",
    "dashes": "— — — — —",
    "ideographic dots": "。。。。。。。。。。。。",
    "middle dots": "・" * 30,
}


@pytest.mark.parametrize("script", EXPLANATIONS)
def test_an_explanation_may_be_in_any_script(script, capsys):
    exercises.check("1.7", EXPLANATIONS[script])
    assert capsys.readouterr().out.startswith("1.7: noted")


@pytest.mark.parametrize("what", NO_EXPLANATION)
def test_a_word_or_none_explains_nothing_in_any_script(what, capsys):
    exercises.check("1.7", NO_EXPLANATION[what])
    assert re.match(r"1\.7: not yet; found \d words?; expected", capsys.readouterr().out)


# ---------------------------------------------------------------- objects that refuse


def refusing(error):
    """An object whose way to an array ends in an error."""

    def refuse(self, *args, **kwargs):
        raise error

    return type("Refusing", (), {"__array__": refuse})()


@pytest.mark.parametrize(
    "error",
    [RuntimeError("requires grad"), KeyError(0), AttributeError(), AssertionError()],
    ids=repr,
)
@pytest.mark.parametrize("number", ["1.1", "3.3", "9.7", "1.7", "9.8"])
def test_an_object_that_is_no_array_is_an_answer(number, error, capsys):
    for answer in (
        refusing(error),
        [refusing(error)],
        type("Refusing", (list,), {"__iter__": 0})(),
    ):
        exercises.check(number, answer)
        said = capsys.readouterr().out
        assert re.match(rf"{number}: not yet; found a value of type (Refusing|list);", said)


@pytest.mark.parametrize("error", [RuntimeError("requires grad"), ZeroDivisionError()], ids=repr)
def test_a_result_that_is_no_array_is_an_answer(error, capsys):
    exercises.check("5.7", lambda text: refusing(error))
    assert re.match(
        r"5\.7: not yet; for .+ found a value of type Refusing;", capsys.readouterr().out
    )


def test_an_error_without_words_is_part_of_the_answer(capsys):
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def answer(text):
        raise Mute

    exercises.check("5.7", answer)
    assert "it raised Mute: (without words)" in capsys.readouterr().out


def test_a_matrix_counts_its_numbers(capsys):
    """NumPy's matrix stays in two dimensions, whatever it is asked."""
    assert grading.Numbers("two", lambda: [1, 2]).trouble(np.arange(1, 3).view(np.matrix)) == ""


# ---------------------------------------------------------------- words on a dark page


def contrast(one, other):
    """The ratio of WCAG 2 of two colours, '#rrggbb' each."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("role", [None, "status", "alert"])
def test_words_outside_a_picture_can_be_read_on_any_page(role):
    """Those without a colour have the page's own; those with one bring their paper too."""
    style = re.search('style="(.*?)"', words.paragraph("words", role, "Lead."))[1]
    styles = dict(each.split(":") for each in style.split(";"))
    assert ("color" in styles) == ("background" in styles) == (role == "alert")
    if "color" in styles:
        assert contrast(styles["color"], styles["background"]) >= 4.5


def test_a_panel_gives_no_other_words_a_colour():
    panel = panels.encoding_panel(model.post_net())
    panel.controls["string"].value = "xyz"
    said = re.findall("<p .*?</p>", panel.page.value)
    assert said == [
        words.paragraph("letter 'x' at position 1 of 'xyz' is not one of 'abc'", "alert")
    ]
    for path in sorted((ROOT / "revlib" / "panels").glob("*.py")):
        coloured = re.findall(r"(?<![\w-])(?:background-)?color:", path.read_text(encoding="utf-8"))
        assert len(coloured) == (1 if path.name == "words.py" else 0), path.name


THEMES = pathlib.Path(sys.prefix) / "share/jupyter/lab/themes/@jupyterlab"


def shaded(colour, share):
    """What shows of black that lies over a colour, and hides that share of it."""
    parts = [round((1 - share) * int(colour[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


# ---------------------------------------------------------------- notebooks that are no chapters

CHAPTERS = ["00_start.ipynb", "11_other_roads2.ipynb", "A_lost.ipynb", "solutions/01_one.ipynb"]
STRAYS = [
    "01_encoding-Copy1.ipynb",
    "Untitled.ipynb",
    "Untitled1.ipynb",
    "my_answers.ipynb",
    "solutions/Untitled.ipynb",
]


@pytest.fixture
def with_strays(tmp_path, monkeypatch):
    """A folder with chapters, a reader's own notebooks, and what JupyterLab hides."""
    others = [".ipynb_checkpoints/00_start.ipynb", "mine/01_one.ipynb", "01_one.md"]
    for name in (*CHAPTERS, *STRAYS, *others):
        path = tmp_path / "notebooks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    return tmp_path


def test_a_stray_notebook_is_no_chapter(with_strays, capsys):
    for book in (tool.book(), tool.book(with_strays)):
        assert [str(path.relative_to(with_strays / "notebooks")) for path in book] == CHAPTERS
    tool.say_strays()
    assert capsys.readouterr().out.splitlines() == [
        f"notebooks/{name} is no chapter and is left alone"
        " (a chapter is called like 01_encoding.ipynb)"
        for name in STRAYS
    ]


def test_the_site_says_that_a_stray_notebook_is_left_alone(with_strays, monkeypatch, capsys):
    def stop(*args):
        raise InterruptedError

    monkeypatch.setattr(pages, "page", stop)
    with pytest.raises(InterruptedError):
        pages.main()
    assert "notebooks/Untitled.ipynb is no chapter and is left alone" in capsys.readouterr().out


def test_the_glossary_links_no_stray_notebook(with_strays, monkeypatch):
    monkeypatch.setattr(glossary, "GLOSSARY", with_strays / "notebooks" / "B_glossary.ipynb")
    assert [path.name for path in glossary.chapters()] == CHAPTERS[:3]


def test_what_a_chapter_is_stands_in_one_place():
    for path in sorted((ROOT / "tools").glob("*.py")):
        globs = re.findall(r"glob\(.*ipynb", path.read_text(encoding="utf-8"))
        assert not globs or path.name in ("notebook.py", "pages.py"), path.name


# ---------------------------------------------------------------- set up twice


def test_the_readmes_colab_cell_may_run_twice(tmp_path):
    """Its lines in a shell, with the folder of Colab in a folder of its own."""
    block = stamp.BLOCKS["launch"][0]
    assert block in (ROOT / "README.md").read_text(encoding="utf-8")
    cell = [line.strip() for line in block.splitlines() if line.startswith("    ")]
    content = tmp_path / "content"
    source = tmp_path / "source"
    (source / "notebooks").mkdir(parents=True)
    (source / "notebooks" / "00.ipynb").touch()
    content.mkdir()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(source)]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True)
    lines = ["set -e", f"cd {content}", "pip() { ls -d ${@: -1} >/dev/null; }"]
    for line in [*cell, *cell]:
        lines.append(re.sub("^[!%]", "", line))
    script = "\n".join([*lines, "pwd"])
    script = script.replace("/content", str(content)).replace("ADDRESS", str(source))
    script = script.replace(f"cd {tmp_path}{content}", f"cd {content}")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(content / "book" / "notebooks")]
    assert [path.name for path in content.iterdir()] == ["book"]


# ---------------------------------------------------------------- the words that the screen says


def test_the_table_of_troubles_quotes_what_is_said():
    """By the book's own tools, by matplotlib, or by the widgets in JupyterLab."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("| it says | do |")[2]
    quoted = re.findall(r"^\| `(.+?)` \|", table.partition("\n\n")[0], re.MULTILINE)
    assert "Error displaying widget: model not found" in quoted
    assert "Matplotlib created a temporary cache directory" in quoted
    extension = pathlib.Path(sys.prefix) / "share/jupyter/labextensions/@jupyter-widgets"
    places = [
        ROOT / "Makefile",
        *(ROOT / "tools").glob("*.py"),
        *(ROOT / "revlib").rglob("*.py"),
        pathlib.Path(mpl.__file__),
        *extension.rglob("*.js"),
    ]
    said = "\n".join(path.read_text(encoding="utf-8") for path in places)
    said = said.replace("{package} is not", "revlib is not").replace("{venv.name}", ".venv")
    assert [words for words in quoted if words not in said] == []


# ---------------------------------------------------------------- a home that cannot be written


@pytest.mark.slow
@pytest.mark.parametrize("more", [{}, {"XDG_CONFIG_HOME": "/dev/null/config"}], ids=str)
def test_tests_need_no_home(tmp_path, more):
    """As pytest begins; what it starts, such as a kernel, hears nothing of matplotlib."""
    inner = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import matplotlib'])"
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MPL", "XDG"))
    }
    usual = {"HOME": "/dev/null/home"} if not more else {"HOME": str(tmp_path)}
    done = {
        first: subprocess.run(
            [sys.executable, "-c", f"{first}; {inner}"],
            cwd=ROOT,
            env=kept | usual | more | {"TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
        ).stderr
        for first in ("pass", "import conftest")
    }
    assert "Matplotlib created a temporary cache directory" in done["pass"]
    assert done["import conftest"] == ""
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith("matplotlib-")]
