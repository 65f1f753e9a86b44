"""Computes the numbers in expected.json, which Steadfast wrote, again: losses and advantages with torch, rewards with
reward.py. Ends with 1 where one differs by more than 1e-6. Run it before you train: python3 check.py
"""

import json
import sys
from pathlib import Path

from reward import pay_group, rank_pairs
from rouge_l import rouge_l

TOLERANCE = 1e-6


def main() -> int:
    expected = json.loads((Path(__file__).parent / "expected.json").read_text(encoding="utf-8"))
    cases = list(reward_cases(expected))
    try:
        import torch
    except ImportError:
        torch = None
        print("torch is not installed: losses and advantages were not checked")
    if torch is not None:
        cases += [*dpo_cases(torch, expected["dpo"]), *grpo_cases(torch, expected["grpo"])]
    worst = [(name, difference(actual, wanted)) for name, actual, wanted in cases]
    for name, apart in worst:
        print(f"{'ok  ' if apart <= TOLERANCE else 'DIFFERS'} {name}: {apart:.1e}")
    wrong = [name for name, apart in worst if not apart <= TOLERANCE]
    print(f"{len(cases) - len(wrong)} of {len(cases)} within {TOLERANCE}")
    return 1 if wrong or not cases else 0


def reward_cases(expected):
    for case in expected["rewards"]:
        yield f"reward {case['name']}", pay_group(case["group"], case["reward"]), case["scores"]
    for case in expected["rouge_l"]:
        yield "ROUGE-L", [rouge_l(case["reference"], case["candidate"])], [case["f1"]]
    for case in expected["pairs"]:
        found = rank_pairs(case["wordings"], case["scores"], case["margin"], case["grouping"])
        yield f"pairs by {case['grouping']}", sum(map(list, found), []), sum(case["pairs"], [])


def dpo_cases(torch, case):
    """As DPOTrainer computes them. For ipo TRL means each log-probability over the answer's tokens; these are means."""
    logs = {name: double(torch, case[name]) for name in ("policy_chosen", "policy_rejected", "ref_chosen", "ref_rejected")}
    ratio = logs["policy_chosen"] - logs["ref_chosen"] - (logs["policy_rejected"] - logs["ref_rejected"])
    beta = case["beta"]
    losses = {
        "sigmoid": -torch.nn.functional.logsigmoid(beta * ratio),
        "hinge": torch.relu(1 - beta * ratio),
        "ipo": (ratio - 1 / (2 * beta)) ** 2,
    }
    for name, loss in losses.items():
        yield f"DPO {name}", loss.tolist(), case[name]


def grpo_cases(torch, case):
    """As GRPOTrainer computes them, with num_generations rewards a prompt."""
    rewards = double(torch, case["rewards"])
    groups = rewards.view(-1, case["num_generations"])
    centred = (groups - groups.mean(dim=1, keepdim=True)).flatten()
    deviation = {
        "group": groups.std(dim=1).repeat_interleave(case["num_generations"]) + 1e-4,
        "batch": rewards.std() + 1e-4,
        "none": torch.ones(()),
    }
    logs, old, reference, mask = (double(torch, case[name]) for name in ("logps", "old_logps", "ref_logps", "mask"))
    for scale, divisor in deviation.items():
        advantages = centred / divisor
        yield f"GRPO advantages, {scale}", advantages.tolist(), case["advantages"][scale]
    for loss in case["losses"]:
        advantages = (centred / deviation[loss["scale_rewards"]])[:, None]
        ratio = logs - old
        if loss["level"] == "sequence":
            ratio = ((ratio * mask).sum(1) / mask.sum(1).clamp(min=1))[:, None].expand_as(mask)
        ratio = ratio.exp()
        free = ratio if loss["delta"] is None else ratio.clamp(max=loss["delta"])
        clipped = ratio.clamp(1 - loss["epsilon"], 1 + (loss["epsilon_high"] or loss["epsilon"]))
        token = -torch.minimum(free * advantages, clipped * advantages)
        apart = reference - logs
        token = (token + loss["beta"] * (apart.exp() - apart - 1)) * mask
        if loss["loss_type"] == "grpo":
            value = (token.sum(1) / mask.sum(1).clamp(min=1)).mean()
        elif loss["loss_type"] == "dr_grpo":
            value = token.sum() / (len(mask) * case["max_completion_length"])
        else:
            value = token.sum() / mask.sum()
        yield f"GRPO loss, {loss['name']}", [value.item()], [loss["loss"]]


def double(torch, values):
    return torch.tensor(values, dtype=torch.float64)


def difference(actual, wanted) -> float:
    if len(actual) != len(wanted):
        return float("inf")
    return max((abs(a - b) for a, b in zip(actual, wanted)), default=0.0)


if __name__ == "__main__":
    sys.exit(main())
