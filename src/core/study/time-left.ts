/**
 * Time of a whole study: what is to be done, each unit of it at the pace that was seen. Of what has not begun yet the pace is guessed
 * from what has: a step of LoRA from how fast the model answers, a step after LoRA from both.
 */
import type { PhaseProgress } from "./phases";
import { type Prior, type Stage, type TimePlan, type Work, nameOf } from "./time-plan";

/** ms a unit. */
interface Paces extends Readonly<Record<Work, number>> {
  /** A pair of the feedback list, beside the step that it comes with. */
  readonly "feedback pair": number;
}

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
  return plan.stages.slice(Math.max(0, latest)).reduce((sum, stage) => {
    const { name, work, amount } = stage;
    const entry = byName.get(name);
    const pair = paces["feedback pair"];
    if (entry === undefined) {
      return sum + amount * paces[work] + pairsToCome(stage, plan, byName) * pair;
    }
    if (entry.endedAt !== null) return sum;
    const { done, all } = unitsOf(entry, amount);
    const pairs = pairsBetween(entry, done, all);
    return sum + Math.max(0, all - done) * paces[work] + pairs * pair;
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

/** Pairs that the selection of this cycle left for its steps, as far as it has come. */
function pairsToCome(
  { work, cycle }: Stage,
  { prior }: TimePlan,
  byName: ReadonlyMap<string, PhaseProgress>,
): number {
  if (work !== "rollout step" || prior.feedback === null) return 0;
  const selection = byName.get(nameOf({ kind: "select", cycle, role: null, split: "train" }));
  return (selection?.feedback ?? 0) * prior.feedback.pairs;
}

/** As measured, or guessed; null where nothing can be. */
function pacesOf(
  { stages, prior }: TimePlan,
  phases: readonly PhaseProgress[],
  at: number,
): Paces | null {
  const byName = new Map(phases.map((entry) => [nameOf(entry.phase), entry]));
  const paceOfWork = (work: Work, pair = 0) => {
    let latest: { readonly pace: number; readonly entry: PhaseProgress } | null = null;
    for (const stage of stages) {
      const entry = stage.work === work ? byName.get(stage.name) : undefined;
      const seen = entry ? paceOf(entry, at, pair) : null;
      if (!entry || seen === null) continue;
      const earlier: number = latest && isSteady(latest.entry) ? ENOUGH.steps : 0;
      const pace: number = (seen.ms + earlier * (latest?.pace ?? 0)) / (seen.units + earlier);
      latest = { pace, entry };
    }
    return latest?.pace ?? null;
  };
  const answer = paceOfWork("target answer");
  if (answer === null) return null;
  const loraStep = paceOfWork("lora step") ?? prior.loraStep * answer;
  const pair = (prior.feedback?.loraSteps ?? 0) * loraStep;
  return {
    "target answer": answer,
    "aligned answer": paceOfWork("aligned answer") ?? 0, // recorded, until an API has shown its pace
    score: paceOfWork("score") ?? 0,
    selection: paceOfWork("selection") ?? 0,
    "lora step": loraStep,
    "rollout step": paceOfWork("rollout step", pair) ?? rolloutStep(prior, answer, loraStep),
    "feedback pair": pair,
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

/** Of the feedback list, that the steps after `from` up to `to` learn from. */
function pairsBetween({ phase: { feedbackPairs = [] } }: PhaseProgress, from: number, to: number) {
  return feedbackPairs.slice(from, to).reduce((sum, pairs) => sum + pairs, 0);
}

/** Steps with no break since: they are of different lengths, so the next cycle's few count together with some of them. */
function isSteady({ phase, paceFrom }: PhaseProgress): boolean {
  return phase.unit === "steps" && paceFrom !== null;
}

/**
 * Units done, and ms that they took; null where too little was done to tell.
 * @param pair  ms that a pair of the feedback list takes, which are none of its step's own.
 */
function paceOf(entry: PhaseProgress, at: number, pair: number) {
  const { phase, paceFrom, countsFrom, endedAt } = entry;
  const unitsAt = (done: number) => unitsOf({ ...entry, done }, 0).done;
  const done = unitsAt(entry.done);
  const isWarm = phase.unit === "steps" && paceFrom !== null && done > paceFrom.done;
  const from = isWarm ? paceFrom : countsFrom;
  if (from === null) return null;
  const units = done - unitsAt(from.done);
  const seen = isWarm ? done : units;
  if (units <= 0 || (endedAt === null && seen < ENOUGH[phase.unit])) return null;
  const own = (endedAt ?? at) - from.at - pairsBetween(entry, from.done, done) * pair;
  return own > 0 ? { ms: own, units } : null;
}
