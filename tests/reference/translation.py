"""A translating network run by the equations, in NumPy alone: tanh or ReLU cells."""

import numpy as np


def answer(p, style, read, reads, says, steps, act=np.tanh):
    """Return the words said, their probabilities, attention weights, encoder and decoder states.

    p: name -> array. read: words; reads, says: all words of the two languages. END is the last
    output; the answer is cut behind it.
    """
    S = [np.zeros(len(p["Ws"]))]
    for word in read:
        S.append(act(p["Wh"][reads.index(word)] + S[-1] @ p["Ws"] + p["bh"]))
    s = S[-1]
    outputs = [*says, "END"]
    said, sure, looks, states = [], [], [], []
    for _ in range(steps):
        x = p["dec.Wh"][says.index(said[-1])] if said else 0
        s = act(x + s @ p["dec.Ws"] + p["dec.bh"])
        states.append(s)
        seen = s
        if style == "attention":
            w = [s @ p.get("Wa", np.eye(len(s))) @ state for state in S[1:]]
            e = np.exp(np.array(w) - max(w))
            looks.append(e / e.sum())
            seen = np.concatenate([s, sum(a * state for a, state in zip(looks[-1], S[1:]))])
        z = seen @ p["Wo"] + p["bo"]
        e = np.exp(z - z.max())
        said.append(outputs[int(z.argmax())])
        sure.append(float(e.max() / e.sum()))
        if said[-1] == "END":
            break
    return said, sure, looks, S, states
