"""The panels of the chapters, and the bar of a training."""

from revlib.panels.bptt import blame_panel, vanishing_panel
from revlib.panels.decoding import decoding_panel
from revlib.panels.encoding import encoding_panel
from revlib.panels.four_styles import styles_panel
from revlib.panels.gates import flow_panel, gates_panel
from revlib.panels.other_roads import autoencoder_panel
from revlib.panels.progress_bar import progress
from revlib.panels.reverse_them_all import reach_panel
from revlib.panels.softmax import softmax_panel
from revlib.panels.stack_by_hand import stack_panel
from revlib.panels.thought_vector import growth_panel, map_panel, thought_panel, turning_panel
from revlib.panels.training import scrub_panel, training_panel
from revlib.panels.translate import translate_panel

__all__ = [
    "autoencoder_panel",
    "blame_panel",
    "decoding_panel",
    "encoding_panel",
    "flow_panel",
    "gates_panel",
    "growth_panel",
    "map_panel",
    "progress",
    "reach_panel",
    "scrub_panel",
    "softmax_panel",
    "stack_panel",
    "styles_panel",
    "thought_panel",
    "training_panel",
    "translate_panel",
    "turning_panel",
    "vanishing_panel",
]
