/**
 * Time of a whole study: what is to be done, each unit of it at the pace that was seen. Of what has not begun yet the pace is guessed
 * from what has: a step of LoRA from how fast the model answers, a step after LoRA from both.
 */
import type { PhaseProgress } from "./phases";
import { type Prior, type TimePlan, type Work, nameOf } from "./time-plan";

type Paces = Readonly<Record<Work, number>>; // ms a unit

/**
 * Time left of a run.
 * @param phases  of the run so far, in order.
 * @returns ms; null before the target's first answers, which all guesses rest on.
 */
export function runTimeLeft(
  plan: TimePlan,
  phases: readonly PhaseProgress[],
  at: number,
): number | null {
  const paces = pacesOf(plan, phases, at);
  if (paces === null) return null;
  const byName = new Map(phases.map((entry) => [nameOf(entry.phase), entry]));
  // What has no phase before the latest one was passed over.
  const latest = plan.stages.findLastIndex(({ name }) => byName.has(name));
  return plan.stages.slice(Math.max(0, latest)).reduce((sum, { name, work, amount }) => {
    const entry = byName.get(name);
    if (entry === undefined) return sum + amount * paces[work];
    const { done, all } = unitsOf(entry, amount);
    return entry.endedAt === null ? sum + Math.max(0, all - done) * paces[work] : sum;
  }, 0);
}

/**
 * Time of a study to come, from one that was run: the same units at the same pace, or larger ones as much slower as they are guessed
 * to be.
 * @returns ms on the same machine; null where the earlier study did not get as far as an answer.
 */
export function expectedTime(
  plan: TimePlan,
  earlier: {
    readonly plan: TimePlan;
    readonly phases: readonly PhaseProgress[];
    readonly at: number;
  },
): number | null {
  const before = pacesOf(earlier.plan, earlier.phases, earlier.at);
  if (before === null) return null;
  const was = earlier.plan.prior;
  const answer = (before["target answer"] * plan.prior.tokens) / was.tokens;
  const loraStep = (before["lora step"] * plan.prior.loraStep) / was.loraStep;
  const guess = rolloutStep(plan.prior, answer, loraStep);
  const guessedBefore = rolloutStep(was, before["target answer"], before["lora step"]);
  const paces: Paces = {
    ...before,
    "target answer": answer,
    "lora step": loraStep,
    // A study without training questions says nothing of its steps.
    "rollout step": guessedBefore > 0 ? (before["rollout step"] * guess) / guessedBefore : guess,
  };
  return plan.stages.reduce((sum, { work, amount }) => sum + amount * paces[work], 0);
}

/** As measured, or guessed; null where nothing can be. */
function pacesOf(
  { stages, prior }: TimePlan,
  phases: readonly PhaseProgress[],
  at: number,
): Paces | null {
  const byName = new Map(phases.map((entry) => [nameOf(entry.phase), entry]));
  const measured = new Map<Work, number>();
  for (const { name, work } of stages) {
    const entry = byName.get(name);
    const pace = entry ? paceOf(entry, at) : null;
    if (pace !== null) measured.set(work, pace); // the latest counts
  }
  const answer = measured.get("target answer");
  if (answer === undefined) return null;
  const loraStep = measured.get("lora step") ?? prior.loraStep * answer;
  return {
    "target answer": answer,
    "aligned answer": measured.get("aligned answer") ?? 0, // recorded, until an API has shown its pace
    score: measured.get("score") ?? 0,
    selection: measured.get("selection") ?? 0,
    "lora step": loraStep,
    "rollout step": measured.get("rollout step") ?? rolloutStep(prior, answer, loraStep),
  };
}

function rolloutStep(
  { rolloutStep: { loraSteps, answers } }: Prior,
  answer: number,
  loraStep: number,
): number {
  return loraSteps * loraStep + answers * answer;
}

/**
 * Units of a phase under way from which its own pace counts. Answers and scores come a block at a time, so that a few say little;
 * the first step of a training comes after its warm-up.
 */
const ENOUGH = { answers: 96, questions: 1, steps: 3 };

/** Units of a phase. An encoder counts the texts that are new to it: of these are as many done as of the answers. */
function unitsOf({ phase, done, total }: PhaseProgress, planned: number) {
  const all = phase.total > 0 ? phase.total : total > 0 ? total : planned;
  return { all, done: total > 0 ? (done / total) * all : done };
}

/** ms a unit; null where too little was done to tell. */
function paceOf(entry: PhaseProgress, at: number): number | null {
  const { phase, paceFrom, startedAt, endedAt } = entry;
  const { done } = unitsOf(entry, 0);
  const until = endedAt ?? at;
  if (done === 0 || (endedAt === null && done < ENOUGH[phase.unit])) return null;
  if (phase.unit === "steps" && paceFrom !== null && done > paceFrom.done) {
    return (until - paceFrom.at) / (done - paceFrom.done);
  }
  return (until - startedAt) / done;
}
