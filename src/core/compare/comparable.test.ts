import { expect, test } from "vitest";
import type { StudyConfigInput } from "../study/config";
import { resolveConfig } from "../study/presets";
import { incomparable, methodNames, otherQuestions } from "./comparable";

const study = (over: Omit<StudyConfigInput, "preset"> = {}) =>
  resolveConfig({ preset: "recommended", ...over });

test("runs that differ in nothing but their seed are one method; what differs names another", () => {
  const grpo = { method: "grpo" } as const;
  expect(
    methodNames([
      study({ rollouts: grpo }),
      study({ seed: 2, rollouts: grpo, checkpoints: { keep: 1 } }),
      study({ rollouts: { ...grpo, passes: 10 } }),
      study({ rollouts: { enabled: false } }),
      study({ rollouts: { method: "rloo" } }),
    ]),
  ).toEqual(["GRPO", "GRPO", "GRPO, rollouts.passes 10", "LoRA", "RLOO"]);
});

test("runs that draw other training questions are not seeds of one method; held-out ones make none", () => {
  const questions = (settings: StudyConfigInput["questions"]) => study({ questions: settings });
  const all = questions({ evaluation: 12 });
  expect(methodNames([all, questions({ evaluation: 8, alwaysEvaluate: [3] })])).toEqual(["PPO", "PPO"]); // prettier-ignore
  expect(methodNames([all, questions({ evaluation: 12, perCycle: 5 })])[1]).toBe("PPO, questions.perCycle 5"); // prettier-ignore
});

test("a setting of a method that does not train makes no other method", () => {
  const one = study({ rollouts: { method: "dpo" } });
  const other = study({ rollouts: { method: "dpo" }, ppo: { learningRate: 0.5 } });
  expect(new Set(methodNames([one, other])).size).toBe(1);
});

test("what scores are measured by has to be the same, and is named where it is not", () => {
  const named = (name: string, over: Omit<StudyConfigInput, "preset">) => ({ name, config: study(over) }); // prettier-ignore
  const first = named("a", {});
  expect(incomparable(named("b", { seed: 3 }), first)).toBeNull();
  expect(incomparable(named("b", { sage: { sageExponent: 5 } }), first)).toMatch(/^b has sage .*5.* and a has .*10/); // prettier-ignore
  expect(incomparable(named("b", { corpus: "everyday-ethics" }), first)).toContain("corpus");
});

test("held-out questions may stand in another order, and may not differ", () => {
  expect(otherQuestions([1, 2, "q"], ["q", 2, 1])).toBeNull();
  expect(otherQuestions([1, 2, 3], [1, 2])).toBe(
    "1 of its 3 held-out questions are not among the 2 of the first run",
  );
  expect(otherQuestions([1], [1, 2])).toContain("0 of its 1");
});
