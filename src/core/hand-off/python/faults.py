"""What an answer loses whatever the others say: shares from 0 to 1."""

import re
import unicodedata


def length_fault(text: str, reward: dict) -> float:
    words, shortest, longest = len(words_of(text)), reward["shortestWords"], reward["longestWords"]
    if words < shortest:
        return (shortest - words) / shortest
    if longest is None or words <= longest:
        return 0.0
    return min(1.0, (words - longest) / longest)


def repetition_fault(text: str, reward: dict) -> float:
    words, n, floor = words_of(text), reward["distinctN"], reward["distinctFloor"]
    total = len(words) - n + 1
    if total < 1:
        return 0.0
    different = len({tuple(words[i : i + n]) for i in range(total)})
    return max(0.0, (floor - different / total) / floor)


def refusal_fault(text: str, reward: dict) -> float:
    flags = re.IGNORECASE | re.ASCII
    return 1.0 if any(re.search(rule, text, flags) for rule in reward["refusalRules"]) else 0.0


def words_of(text: str) -> list[str]:
    """Lower-case runs of letters, marks, digits and apostrophes."""
    counts = [unicodedata.category(c)[0] in "LMN" or c in "'’" for c in text.lower()]
    return "".join(c if kept else " " for c, kept in zip(text.lower(), counts)).split()
