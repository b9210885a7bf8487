"""A small feed-forward network trained by back-propagation from a particle-swarm start (PSO-BP).

NumPy and SciPy only; the same pairs and generator give the same network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

__all__ = ["Network", "train"]

Floats = NDArray[np.float64]

HIDDEN = 4  # hidden neurons; with one input more only follow the noise
PARTICLES, MOVES = 30, 120
INERTIA, PULL = 0.7298, 1.49618  # constriction coefficients of Clerc and Kennedy 2002
DECAY = 1e-3  # weight decay: of two networks that fit alike, the smoother
STEPS = 200  # of back-propagation at most


@dataclass(frozen=True)
class Network:
    """A trained network v = a·u + c + Σ_h o_h·tanh(w_h·u + b_h).

    ``weights`` holds w, b and o of the hidden neurons, then a and c. ``error_of_swarm`` and ``error`` are the training
    errors (mean square and weight decay) where the swarm ended and after back-propagation.
    """

    weights: Floats
    error_of_swarm: float
    error: float

    def __call__(self, u: Floats) -> Floats:
        """Return the output at each input [standardised]."""
        return np.asarray(_forward(self.weights[None], np.asarray(u, dtype=float))[0][0])


def train(u: Floats, v: Floats, generator: np.random.Generator) -> Network:
    r"""Train a network to predict v from u.

    .. math:: v = a u + c + \sum_h o_h \tanh(w_h u + b_h)

    The direct link a·u carries the trend, so that beyond the training range, where every tanh is level, the network
    goes on as a straight line instead of a constant.

    Parameters
    ----------
    u, v
        Inputs and targets, one-dimensional, of mean 0 and standard deviation 1.
    generator
        Draws the swarm's start and moves.

    Returns
    -------
    Network
        Its error is never above that of the swarm's best particle.

    Notes
    -----
    The swarm (Kennedy and Eberhart 1995) looks for a good start all over the weights; back-propagation gives the
    gradient that L-BFGS-B descends along from there.
    """
    start = _swarm(u, v, generator)
    descent = minimize(_error_and_gradient, start, args=(u, v), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    begun, ended = float(_errors(start[None], u, v)[0]), float(descent.fun)
    return Network(np.asarray(descent.x) if ended < begun else start, begun, min(begun, ended))


def _split(weights: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return w, b, o (network, neuron) and a, c (network, 1)."""
    w, b, o = (weights[:, i * HIDDEN : (i + 1) * HIDDEN] for i in range(3))
    return w, b, o, weights[:, -2:-1], weights[:, -1:]


def _forward(weights: Floats, u: Floats) -> tuple[Floats, Floats]:
    """Return outputs (network, pair) and hidden activations (network, pair, neuron)."""
    w, b, o, a, c = _split(weights)
    hidden = np.tanh(w[:, None, :] * u[None, :, None] + b[:, None, :])
    return a * u + c + np.sum(hidden * o[:, None, :], axis=2), hidden


def _errors(weights: Floats, u: Floats, v: Floats) -> Floats:
    """Return mean square error and weight decay of each network (network,)."""
    output = _forward(weights, u)[0]
    return np.asarray(np.mean(np.square(output - v), axis=1) + DECAY * np.sum(np.square(weights[:, :-2]), axis=1))


def _error_and_gradient(weights: Floats, u: Floats, v: Floats) -> tuple[float, Floats]:
    """Return the error of one network and its gradient, propagated back from the output."""
    _, _, o, _, _ = _split(weights[None])
    output, hidden = _forward(weights[None], u)
    at_output = 2 * (output[0] - v) / u.size
    at_hidden = at_output[:, None] * o * (1 - np.square(hidden[0]))
    gradient = np.concatenate([
        np.sum(at_hidden * u[:, None], axis=0),
        np.sum(at_hidden, axis=0),
        np.sum(at_output[:, None] * hidden[0], axis=0),
        [np.sum(at_output * u), np.sum(at_output)],
    ])  # fmt: skip
    gradient[:-2] += 2 * DECAY * weights[:-2]
    return float(_errors(weights[None], u, v)[0]), gradient


def _swarm(u: Floats, v: Floats, generator: np.random.Generator) -> Floats:
    """Return the best weights that a swarm of networks finds."""
    place = generator.normal(size=(PARTICLES, 3 * HIDDEN + 2))
    speed = np.zeros_like(place)
    own, own_error = place.copy(), _errors(place, u, v)
    for _ in range(MOVES):
        best = own[np.argmin(own_error)]
        to_own, to_best = generator.random((2, *place.shape))
        speed = INERTIA * speed + PULL * (to_own * (own - place) + to_best * (best - place))
        place = place + speed
        error = _errors(place, u, v)
        better = error < own_error
        own[better], own_error[better] = place[better], error[better]
    return np.asarray(own[np.argmin(own_error)])
