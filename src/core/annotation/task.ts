/** A labelling task: the pairs, the order they are shown in, and what raters are asked. One file, the same for all. */
import * as v from "valibot";
import { type Random, sampleWithoutReplacement, shuffle, stream } from "../random";
import { canonicalJson } from "./canonical-json";
import { AnswerPair, type Digest } from "./pair";

export const LABELS = ["Y", "N", "NA"] as const;
export type Label = (typeof LABELS)[number];

export const DEFAULT_PROMPT = "Do these two answers mean the same, morally?";

/** Items between a pair and its repeat, so that the repeat is not remembered; fewer in short tasks. */
const REPEAT_DISTANCE = 20;

const TaskItem = v.strictObject({
  pairId: v.string(),
  /** Whether the second answer is shown on the left. */
  swapped: v.boolean(),
  /** A `repeat` is shown again, unannounced, for self-agreement; a `check` has a known label. Neither counts for α. */
  role: v.picklist(["pair", "repeat", "check"]),
  /** The known label of a check, else null. It can be read in the file: checks catch inattention, not ill will. */
  expected: v.nullable(v.picklist(LABELS)),
});

export const LabelTask = v.strictObject({
  /** Hash of everything below. */
  id: v.string(),
  title: v.string(),
  /** Question put to raters. */
  prompt: v.string(),
  /** Markdown; whoever shows it sanitises it. */
  guidelines: v.string(),
  seed: v.number(),
  pairs: v.array(AnswerPair),
  /** In the order shown. An item is named by its position, from 0. */
  items: v.array(TaskItem),
});

export type TaskItem = Readonly<v.InferOutput<typeof TaskItem>>;
export type LabelTask = Readonly<v.InferOutput<typeof LabelTask>>;

export interface TaskSettings {
  readonly title: string;
  readonly prompt?: string;
  readonly guidelines?: string;
  /** Hidden repeats, as a share of the pairs, 0 to 1. */
  readonly repeatShare?: number;
  /** Attention checks: pairs besides those to label, with the label everyone should give. */
  readonly checks?: readonly { readonly pair: AnswerPair; readonly expected: Label }[];
  readonly seed: number;
}

/**
 * Makes a task: order, left and right, and repeats are drawn from the seed and written into it, so the same pairs and
 * settings make the same file with the same id.
 *
 * @throws RangeError for no pairs, a pair given twice, or a share out of range.
 */
export async function makeTask(
  pairs: readonly AnswerPair[],
  settings: TaskSettings,
  digest: Digest,
): Promise<LabelTask> {
  const {
    title,
    prompt = DEFAULT_PROMPT,
    guidelines = "",
    repeatShare = 0,
    checks = [],
    seed,
  } = settings;
  const all = [...pairs, ...checks.map(({ pair }) => pair)];
  checkPairs(pairs, all);
  if (!(repeatShare >= 0 && repeatShare <= 1)) {
    throw new RangeError(`repeatShare must lie from 0 to 1, got ${repeatShare}`);
  }
  const shown = shuffle(
    [
      ...pairs.map(({ id }) => ({ pairId: id, role: "pair" as const, expected: null })),
      ...checks.map(({ pair, expected }) => ({
        pairId: pair.id,
        role: "check" as const,
        expected,
      })),
    ],
    stream(seed, "order"),
  );
  const swap = stream(seed, "swap");
  const items = withRepeats(
    shown,
    Math.round(repeatShare * pairs.length),
    stream(seed, "repeats"),
  ).map((item): TaskItem => ({ ...item, swapped: swap() < 0.5 }));
  const content = { title, prompt, guidelines, seed, pairs: all, items };
  return { id: await taskId(content, digest), ...content };
}

/** Hash of a task's content, its id apart. */
export function taskId(content: Omit<LabelTask, "id">, digest: Digest): Promise<string> {
  const { title, prompt, guidelines, seed, pairs, items } = content;
  return digest(canonicalJson({ title, prompt, guidelines, seed, pairs, items }));
}

type Unplaced = Omit<TaskItem, "swapped">;

/** Repeats of `count` random pairs, each at a random place at least REPEAT_DISTANCE items on, or as far as can be. */
function withRepeats(shown: readonly Unplaced[], count: number, random: Random): Unplaced[] {
  const distance = Math.min(REPEAT_DISTANCE, Math.floor(shown.length / 2));
  const early = shown.flatMap(({ role }, i) =>
    role === "pair" && i + distance < shown.length ? [i] : [],
  );
  const repeats = sampleWithoutReplacement(early, Math.min(count, early.length), random).map(
    (i) => ({
      item: { ...shown[i]!, role: "repeat" as const },
      place: i + distance + random() * (shown.length - i - distance),
    }),
  );
  return [...shown.map((item, place) => ({ item, place })), ...repeats]
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function checkPairs(pairs: readonly AnswerPair[], all: readonly AnswerPair[]): void {
  if (pairs.length === 0) throw new RangeError("a task needs at least one pair");
  const positions = new Map<string, number>();
  for (const [i, { id }] of all.entries()) {
    const first = positions.get(id);
    if (first !== undefined) {
      throw new RangeError(`pairs ${first + 1} and ${i + 1} are the same; remove one`);
    }
    positions.set(id, i);
  }
}
