/** The updates of a PPO step, its statistics and where the parameters end. */
import type { Parameter } from "../../src/engine/optimiser/gradients";
import type { PpoUpdate } from "../../src/engine/ppo/update";
import type { PpoTrainer } from "../../src/engine/ppo/trainer";
import { type CaseResult, compare, flatten } from "./case";
import { configOf, GRADIENT, LOG_PROBS, type Matrix, type PpoCase, rolloutsOf } from "./ppo-golden";

const STATISTIC = { rtol: 1e-4, atol: 1e-5 };
/** A gradient no larger is rounding. */
const NOISE = 1e-7;

export async function* learningCases(
  name: string,
  step: PpoCase,
  float64Losses: readonly number[] | null,
  { parameters, trainer }: { parameters: readonly Parameter[]; trainer: PpoTrainer },
): AsyncGenerator<CaseResult> {
  const config = configOf(step);
  const updates: PpoUpdate[] = [];
  const stats = await trainer.step(rolloutsOf(step), step.scores, {
    signal: new AbortController().signal,
    permutations: step.permutations.slice(0, config.ppoEpochs),
    onUpdate: (update) => updates.push(update),
  });
  yield* updateCases(name, step, updates);
  if (float64Losses !== null) {
    const losses = updates.map(({ statistics }) => statistics["ppo/loss/total"]);
    yield compare(`${name}: losses against float64`, losses, float64Losses, STATISTIC);
  }
  for (const [key, value] of Object.entries(step.stats)) {
    if (!(key in stats)) throw new RangeError(`${name}: no statistic ${key}`);
    const ours = stats[key as keyof typeof stats] as number | readonly number[] | null;
    yield compare(`${name}: ${key}`, numbersOf(ours), numbersOf(value), STATISTIC);
  }
  const after = trainer.klCoefficient;
  yield compare(`${name}: kl_coef_after`, [after], [step.kl_coef_after], { rtol: 1e-7 });

  const all = [...parameters, ...trainer.valueHead.parameters()];
  for (const [parameter, values] of Object.entries(step.final_params)) {
    const variable = all.find((one) => one.name === parameter)?.variable;
    if (variable === undefined) throw new RangeError(`${name}: no parameter ${parameter}`);
    const gradient = step.first_grad[parameter];
    const moved = gradient ? entriesWith(flatten(gradient)) : (x: ArrayLike<number>) => x;
    const actual = moved(await variable.data());
    const reached = { atol: 0.02 * step.lr * step.minibatches.length };
    yield compare(`${name}: final ${parameter}`, actual, moved(flatten(values)), reached);
  }
}

/**
 * Selects the entries that have a gradient. Where it is 0 but for rounding, as for the attention's key biases, which
 * shift a softmax, Adam moves a weight by the learning rate in the direction of the rounding.
 */
function entriesWith(gradient: readonly number[]) {
  return (x: ArrayLike<number>) => Array.from(x).filter((_, i) => Math.abs(gradient[i]!) > NOISE);
}

function* updateCases(
  name: string,
  step: PpoCase,
  updates: readonly PpoUpdate[],
): Generator<CaseResult> {
  const all = (of: (i: number) => ArrayLike<number>) =>
    step.minibatches.flatMap((_, i) => Array.from(of(i)));
  const golden = step.minibatches;
  const statistic = (key: string) =>
    compare(
      `${name}: each update's ${key}`,
      updates.map(({ statistics }) => statistics[`ppo/${key}` as keyof typeof statistics]),
      golden.map((one) => one[key] as number),
      STATISTIC,
    );
  for (const key of Object.keys(golden[0]!)) if (key.includes("/")) yield statistic(key);
  yield compare(
    `${name}: each update's mean ratio`,
    updates.map(({ statistics }) => statistics["ppo/policy/ratio"]),
    golden.map((one) => one.avg_ratio),
    STATISTIC,
  );
  yield compare(
    `${name}: each update's gradient norm`,
    updates.map(({ gradientNorm }) => gradientNorm),
    golden.map((one) => one.grad_norm),
    GRADIENT,
  );
  yield compare(
    `${name}: updates over the ratio threshold`,
    updates.map(({ overRatio }) => Number(overRatio)),
    golden.map(({ skipped }) => Number(skipped)),
    { atol: 1e-9 },
  );
  const masked = (i: number, rows: Matrix) =>
    golden[i]!.minibatch.flatMap((row, at) => rows[at]!.filter((_, t) => step.mask[row]![t] === 1));
  yield compare(
    `${name}: each update's logprobs`,
    all((i) => updates[i]!.batch.logProbs),
    all((i) => masked(i, golden[i]!.logprobs)),
    LOG_PROBS,
  );
  yield compare(
    `${name}: each update's vpred`,
    all((i) => updates[i]!.batch.predictions),
    all((i) => masked(i, golden[i]!.vpred)),
    LOG_PROBS,
  );
}

/** A number, its absence (our null, PyTorch's NaN) as no number at all, or several. */
function numbersOf(value: number | readonly number[] | string | null): readonly number[] {
  if (value === null || value === "nan") return [];
  return typeof value === "object" ? value : [Number(value)];
}
