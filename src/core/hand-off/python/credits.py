"""How far an answer agrees with the others to its question. Wordings are [n], weights [n(n-1)/2] in the order of pairs(n)."""

import math
import random
from collections.abc import Sequence

from vectors import mean

FLOOR = 1e-20  # the published code adds it to every node's strength


def mean_similarity(wordings, weights, reward):
    """Mean weight of the edges to the answers to the question's other wordings."""
    between = lookup(len(wordings), weights)
    return [
        mean([between(i, j) for j, other in enumerate(wordings) if other != own])
        for i, own in enumerate(wordings)
    ]


def leave_one_out(wordings, weights, reward):
    """How much SaGE falls when the answer is taken away."""
    everyone = range(len(wordings))
    whole = sage(weights, len(wordings))
    return [
        whole - subgraph_sage(weights, len(wordings), [i for i in everyone if i != left])
        for left in everyone
    ]


def group_sage(wordings, weights, reward):
    """SaGE of the group, the same for all: GRPO's advantages are then 0."""
    return [sage(weights, len(wordings))] * len(wordings)


def tuple_sage(wordings, weights, reward):
    """Mean SaGE of the tuples that hold the answer, one answer a wording. The tuples are drawn by Python's random
    numbers, so they are others than in the browser."""
    members = [[i for i, own in enumerate(wordings) if own == w] for w in dict.fromkeys(wordings)]
    draw = random.Random(reward.get("seed", 0))
    found: list[list[float]] = [[] for _ in wordings]
    for _ in range(reward["tupleRounds"]):
        orders = [draw.sample(answers, len(answers)) for answers in members]
        for k in range(max(map(len, members))):
            chosen = [order[k % len(order)] for order in orders]
            score = subgraph_sage(weights, len(wordings), chosen)
            for member in chosen:
                found[member].append(score)
    return [mean(scores) for scores in found]


CREDITS = {
    "mean-similarity": mean_similarity,
    "leave-one-out": leave_one_out,
    "group-sage": group_sage,
    "tuple-sage": tuple_sage,
}


def sage(weights: Sequence[float], n: int, exponent: float = 10) -> float:
    """Semantic graph entropy (Bonagiri et al. 2024): mean similarity times the evenness of the nodes' strengths."""
    strengths = [FLOOR] * n
    for (i, j), weight in zip(pairs(n), weights):
        if weight > 0:
            strengths[i] += weight
            strengths[j] += weight
    strongest = max(strengths)
    powers = [(strength / strongest) ** exponent for strength in strengths]
    total = sum(powers)
    entropy = -sum(p / total * math.log2(p / total) for p in powers if p > 0)
    return mean(weights) * min(1.0, entropy / math.log2(n))


def subgraph_sage(weights, n: int, members: Sequence[int]) -> float:
    between = lookup(n, weights)
    own = [between(members[a], members[b]) for a, b in pairs(len(members))]
    return sage(own, len(members))


def pairs(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n) for j in range(i + 1, n)]


def lookup(n: int, weights):
    table = dict(zip(pairs(n), weights))
    return lambda i, j: table[(i, j) if i < j else (j, i)]
