/** What is the same in every hand-off: it reads all that differs from settings.json, expected.json and data/. */
import accelerate from "./python/accelerate.yaml?raw";
import check from "./python/check.py?raw";
import credits from "./python/credits.py?raw";
import faults from "./python/faults.py?raw";
import policy from "./python/policy.py?raw";
import requirements from "./python/requirements.txt?raw";
import reward from "./python/reward.py?raw";
import rougeL from "./python/rouge_l.py?raw";
import trainDpo from "./python/train_dpo.py?raw";
import trainGrpo from "./python/train_grpo.py?raw";
import vectors from "./python/vectors.py?raw";

export const SCRIPTS: Readonly<Record<string, string>> = {
  "accelerate.yaml": accelerate,
  "check.py": check,
  "credits.py": credits,
  "faults.py": faults,
  "policy.py": policy,
  "requirements.txt": requirements,
  "reward.py": reward,
  "rouge_l.py": rougeL,
  "train_dpo.py": trainDpo,
  "train_grpo.py": trainGrpo,
  "vectors.py": vectors,
};
