"""A bar that fills as a training runs in a cell."""

import time

import ipywidgets as widgets
from IPython.display import display

from revlib.panels import static


class Progress(widgets.HBox):
    """A bar that fills, and how to end a training early.

    Few kernels hear a button while a cell runs; all hear an interrupt.

    Parameters
    ----------
    steps : int
        Updates, at the end.
    """

    def __init__(self, steps):
        self.steps = steps
        self.bar = widgets.IntProgress(value=0, min=0, max=steps, description="training")
        how = widgets.Label("Interrupt the kernel (■) to end it here; the weights stay.")
        super().__init__([self.bar, how])

    def __repr__(self):
        return f"Training: {self.steps} updates"

    def _ipython_display_(self, **kwargs):
        still = f"<p>{self!r}</p>"
        static.show(self, still, lambda bar: still)


def progress(run, steps):
    """Yield the snapshots of a training, with a bar in the notebook's output.

    Parameters
    ----------
    run : iterator of training.Snapshot
    steps : int
        Updates that it makes.
    """
    bar = Progress(steps)
    display(bar)
    due = 0.0
    for moment in run:
        # some thousand messages a second would choke the page
        if moment.step == steps or time.monotonic() >= due:
            bar.bar.value = moment.step
            due = time.monotonic() + 0.1
        yield moment
