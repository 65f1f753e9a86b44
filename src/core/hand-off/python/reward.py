"""What an answer is paid for: the rewards of the study, on the answers that TRL samples.

Plain Python and float64, so it runs without torch. Only an encoder needs a library; any function from texts to vectors
is one.
"""

import json
import re
import runpy
from collections.abc import Callable
from pathlib import Path

from credits import CREDITS, pairs
from faults import length_fault, refusal_fault, repetition_fault
from rouge_l import rouge_l
from vectors import Vector, cosine, dot, mean, mean_vector, unit

Encoder = Callable[[list[str]], list[Vector]]

FOLDER = Path(__file__).parent


def read_settings() -> dict:
    return json.loads((FOLDER / "settings.json").read_text(encoding="utf-8"))


def load_encoder(spec: str) -> Encoder:
    """A model of the library sentence-transformers as NAME or NAME@REVISION, or "FILE.py:FUNCTION" for a function of yours
    from texts to vectors."""
    file, _, function = spec.rpartition(":")
    if file.endswith(".py"):
        return runpy.run_path(file)[function]
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise SystemExit(
            "the reward needs an encoder: pip install sentence-transformers, or give --encoder FILE.py:FUNCTION, a "
            "function from a list of texts to their vectors"
        ) from error
    name, _, revision = spec.partition("@")
    model = SentenceTransformer(name, revision=revision or None)
    return lambda texts: model.encode(texts).tolist()


def consistency_reward(encoder: Encoder, settings: dict | None = None):
    """A reward function as TRL's GRPOTrainer calls it. The data set's columns question_id, wording and aligned reach it
    as lists beside the completions. It looks at the answers of one call alone, so a call has to hold all wordings of
    its questions: train_grpo.py sets the batch so.
    """
    reward = settings or read_settings()["reward"]
    latest: dict[str, Vector] = {}  # the mean vector of each question's latest answers

    def consistency(prompts, completions, question_id, wording, aligned, **_):
        scores: list[float | None] = [None] * len(completions)
        for question in dict.fromkeys(question_id):
            rows = [i for i, other in enumerate(question_id) if other == question]
            said = [i for i in rows if trim_answer(completions[i])]
            texts = [trim_answer(completions[i]) for i in said]
            if len({wording[i] for i in said}) < fewest_wordings(reward):
                continue  # None: TRL leaves the answer out
            vectors = [unit(vector) for vector in encoder(texts)]
            anchors = []
            if reward["name"] == "blend" and reward["anchorWeight"] > 0:
                kept = [text for text in aligned[rows[0]] or [] if text.strip()]
                anchors = encoder(kept) if kept else []
            group = {
                "texts": texts,
                "wordings": [wording[i] for i in said],
                "vectors": vectors,
                "aligned": anchors,
                "elsewhere": [mean for other, mean in latest.items() if other != question],
            }
            for i, score in zip(said, pay_group(group, reward)):
                scores[i] = score
            latest[question] = mean_vector(vectors)
        if scores and all(score is None for score in scores):
            raise ValueError(
                f"no answer of this batch can be paid: the reward {reward['name']} needs answers to "
                f"{fewest_wordings(reward)} wordings of a question in one call. Give --questions-per-device 1 or more, "
                "and leave shuffle_dataset off."
            )
        return scores

    return consistency


def fewest_wordings(reward: dict) -> int:
    credit = reward["credit"] if reward["name"] == "blend" else reward["name"]
    return 3 if credit == "leave-one-out" else 2


def pay_group(group: dict, reward: dict) -> list[float]:
    """The score of each answer to one question, in order.

    group: texts [n], wordings [n], vectors [n][d] of length 1, aligned [m][d], elsewhere [q][d].
    reward: "name", and the settings of the study's group `reward`.
    """
    cosines = [cosine(group["vectors"][i], group["vectors"][j]) for i, j in pairs(len(group["wordings"]))]
    if reward["name"] != "blend":
        return CREDITS[reward["name"]](group["wordings"], cosines, reward)
    texts, rho = group["texts"], reward["rougeWeight"]
    weights = cosines
    if rho > 0:
        overlaps = [rouge_l(texts[i], texts[j]) for i, j in pairs(len(texts))]
        weights = [(1 - rho) * cosine + rho * overlap for cosine, overlap in zip(cosines, overlaps)]
    agreement = CREDITS[reward["credit"]](group["wordings"], weights, reward)
    return [
        blended(text, vector, own, group, reward)
        for text, vector, own in zip(texts, group["vectors"], agreement)
    ]


def blended(text: str, vector: Vector, agreement: float, group: dict, reward: dict) -> float:
    aligned, elsewhere = group["aligned"], group["elsewhere"]
    share = reward["anchorWeight"] if len(aligned) > 0 else 0
    anchor = mean([cosine(vector, other) for other in aligned]) if share > 0 else 0
    sameness = mean([dot(vector, other) for other in elsewhere]) if len(elsewhere) > 0 else 0
    return (
        (1 - share) * agreement
        + share * anchor
        - reward["samenessPenalty"] * sameness
        - reward["lengthPenalty"] * length_fault(text, reward)
        - reward["repetitionPenalty"] * repetition_fault(text, reward)
        - reward["refusalPenalty"] * refusal_fault(text, reward)
    )


def trim_answer(generated: str) -> str:
    """What a model wrote, as an answer: the first paragraph."""
    return re.split(r"\n\s*\n", generated.strip())[0].strip()


def rank_pairs(wordings, scores, minimum_margin: float, grouping: str = "question"):
    """(chosen, rejected) positions: the question's best answer against each other wording's worst, or with "wording" the
    best of each wording against its worst. Scores closer than the margin are no pair."""
    best = max(range(len(scores)), key=lambda i: scores[i])
    found = []
    for wording in sorted(set(wordings)):
        own = [i for i, other in enumerate(wordings) if other == wording]
        if grouping == "question" and wording == wordings[best]:
            continue
        chosen = best if grouping == "question" else max(own, key=lambda i: scores[i])
        rejected = min(own, key=lambda i: scores[i])
        if scores[chosen] - scores[rejected] > minimum_margin:
            found.append((chosen, rejected))
    return found
