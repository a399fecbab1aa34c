"""A question with radio buttons, and what is to be said to each answer."""

from html import escape

import ipywidgets as widgets

from revlib.panels import static
from revlib.panels.words import paragraph


class Quiz(widgets.VBox):
    """A question before a cell is run; the reply stands below it as soon as an option is chosen.

    Parameters
    ----------
    question : str
    options : dict of str to str
        Option -> why it is right or wrong.
    right : str
        The option that is right.
    """

    def __init__(self, question, options, right):
        self.question = question
        self.options = options
        self.replies = []
        for option, reason in options.items():
            lead = "Yes." if option == right else "Not so."
            self.replies.append(paragraph(reason, "status", lead))
        self.asked = widgets.HTML(paragraph(question, lead="Predict."))
        self.choice = widgets.RadioButtons(
            options=list(options), value=None, layout=widgets.Layout(width="auto")
        )
        self.reply = widgets.HTML()
        self.choice.observe(self._answer, "index")
        super().__init__([self.asked, self.choice, self.reply])

    def _answer(self, change):
        self.reply.value = "" if change.new is None else self.replies[change.new]

    def __repr__(self):
        return f"Quiz: {self.question} " + " / ".join(self.options)

    def _ipython_display_(self, **kwargs):
        items = "".join(f"<li>{escape(option)}</li>" for option in self.options)
        still = f"<p><b>Predict.</b> {escape(self.question)}</p><ul>{items}</ul>"
        static.show(self, still, with_all_replies)


def with_all_replies(quiz):
    """Return a quiz as HTML; its replies lie ready, and the page's script shows the chosen one."""
    options = "".join(
        f'<label><input type="radio"> {escape(option)}</label>' for option in quiz.options
    )
    replies = "".join(f"<template>{reply}</template>" for reply in quiz.replies)
    return (
        f'<fieldset class="revlib-quiz"><legend>{quiz.asked.value}</legend>{options}{replies}'
        "<div></div></fieldset>"
    )
