"""Aside: the answers and quizzes of chapter 03, Decode."""
from revlib import model
from revlib.alphabet import Alphabet
from revlib.judge import Numbers, Works, Quiz


def _says_with_bias(bo):
    net = model.post_net()
    net.bo[:] = bo
    return model.run(net, "abc").output


def ender(bias):
    """The post's network with an END that wins once the units' sum is large: its score is that sum plus `bias`."""
    old, net = model.post_net(), model.Net(Alphabet("abc", end=True))
    net.enc.W[:], net.dec.W[:], net.Wo[:, :3] = old.enc.W, old.dec.W, old.Wo
    net.Wo[:, 3], net.bo[3] = 1, bias
    return net


EXERCISES = {
    "3.1": Numbers("three scores", lambda: model.run(model.post_net(), "c").dec.Z),
    "3.2": Works("three numbers, one a letter", 3, _says_with_bias, "aaa"),
    "3.3": Works("one number, the bias of END", 1, lambda bias: model.run(ender(bias[0]), "abc").output, "c"),
    "3.4": Numbers("one whole number", lambda: 12 * 26 + 12 * 12 + 12 + 12 * 26 + 12 * 12 + 12 + 12 * 27 + 27, 0),
}

QUIZZES = {
}
