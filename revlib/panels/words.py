"""Words that panels are made of: plurals, lists, and the line under a picture."""

from html import escape

STYLE = "line-height:1.4;max-width:820px"
CHARACTERS = 105  # of a line, about, where the page is wide
ALERT = ";color:#7a2900;background:#fff1e6;padding:0 0.4em"  # on its own paper: pages may be dark


def plural(count, noun):
    """Return a count with its noun: '1 unit', '2 units'."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def verdict(right):
    """Return 'right' or 'wrong'."""
    return "right" if right else "wrong"


def listed(names):
    """Return names as a sentence lists them: 'this, that and the other'."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def lines_of(words):
    """Return how many lines some words take, about; two at the least."""
    return max(2, -(-len(words) // CHARACTERS))


def paragraph(words, role=None, lead=None, lines=2):
    """Return words as a paragraph of HTML.

    Parameters
    ----------
    words : str
        Plain text.
    role : str, optional
        "status" for what has changed, "alert" for what went wrong.
    lead : str, optional
        A few words in bold before the others.
    lines : int
        The paragraph is at least as high as so many lines.
    """
    said = f' role="{role}"' if role else ""
    colour = ALERT if role == "alert" else ""
    bold = f"<b>{escape(lead)}</b> " if lead else ""
    style = f"{STYLE};min-height:{1.4 * lines:.1f}em{colour}"
    return f'<p{said} style="{style}">{bold}{escape(words)}</p>'
