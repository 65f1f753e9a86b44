"""Plain float64 arithmetic."""

import math
from collections.abc import Sequence

Vector = Sequence[float]


def mean_vector(vectors: Sequence[Vector]) -> list[float]:
    return [mean(column) for column in zip(*vectors)]


def unit(vector: Vector) -> list[float]:
    length = math.sqrt(dot(vector, vector))
    return [x / length for x in vector]


def cosine(a: Vector, b: Vector) -> float:
    return min(1.0, max(-1.0, dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))))


def dot(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def mean(values) -> float:
    values = list(values)
    return sum(values) / len(values)
