import fc from "fast-check";
import { expect, test } from "vitest";
import { digest, somePairs, someTask } from "../../../tests/annotation/tasks";
import { allPairs, makePair, pairId } from "./pair";
import { samplePairs } from "./sample-pairs";
import { makeTask, taskId } from "./task";

test("n answers make n(n − 1)/2 pairs a question, each with the hash of its content", async () => {
  const pairs = await somePairs(2, 4);
  expect(pairs).toHaveLength(12);
  expect(pairs.map(({ questionId }) => questionId)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
  expect(pairs.slice(0, 4).map(({ answers: [a, b] }) => a.id + b.id)).toEqual([
    "01",
    "02",
    "03",
    "12",
  ]);
  for (const pair of pairs) expect(await pairId(pair, digest)).toBe(pair.id);
  const { id, answers, ...rest } = pairs[0]!;
  const changed = await makePair(
    { ...rest, answers: [answers[0], { id: "1", text: "Else." }] },
    digest,
  );
  expect(changed.id).not.toBe(id);
  expect(await allPairs([{ id: 1, text: "Q", answers: [] }], digest)).toEqual([]);
});

test("the same pairs and settings make the same task; another seed another order and id", async () => {
  const settings = { title: "T", seed: 7, repeatShare: 0.2 };
  const pairs = await somePairs(5, 5);
  const task = await makeTask(pairs, settings, digest);
  expect(await makeTask(pairs, settings, digest)).toEqual(task);
  expect(await taskId(task, digest)).toBe(task.id);
  const other = await makeTask(pairs, { ...settings, seed: 8 }, digest);
  expect(other.id).not.toBe(task.id);
  expect(other.items.map(({ pairId }) => pairId)).not.toEqual(
    task.items.map(({ pairId }) => pairId),
  );
});

test("every pair and check is shown once, a share again and far enough on, about half swapped", async () => {
  const pairs = await somePairs(10, 5);
  const [gold, ...rest] = pairs;
  const task = await makeTask(
    rest,
    { title: "T", seed: 3, repeatShare: 0.1, checks: [{ pair: gold!, expected: "N" }] },
    digest,
  );
  const items = task.items.map((item, place) => ({ ...item, place }));
  const of = (role: string) => items.filter((item) => item.role === role);
  expect(
    of("pair")
      .map(({ pairId }) => pairId)
      .sort(),
  ).toEqual(rest.map(({ id }) => id).sort());
  expect(of("check")).toMatchObject([{ pairId: gold!.id, expected: "N" }]);
  expect(of("repeat")).toHaveLength(10);
  for (const { pairId, place, expected } of of("repeat")) {
    const first = of("pair").find((item) => item.pairId === pairId)!;
    expect(place - first.place).toBeGreaterThanOrEqual(20);
    expect(expected).toBeNull();
  }
  const swapped = items.filter((item) => item.swapped).length / items.length;
  expect(swapped).toBeGreaterThan(0.35);
  expect(swapped).toBeLessThan(0.65);
});

test("refuses no pairs, a pair twice and a share out of range", async () => {
  const pairs = await somePairs();
  await expect(makeTask([], { title: "T", seed: 1 }, digest)).rejects.toThrow(
    "a task needs at least one pair",
  );
  await expect(makeTask([...pairs, pairs[2]!], { title: "T", seed: 1 }, digest)).rejects.toThrow(
    "pairs 3 and 7 are the same; remove one",
  );
  await expect(someTask({ repeatShare: 2 })).rejects.toThrow(
    "repeatShare must lie from 0 to 1, got 2",
  );
});

test("a sample keeps the order, has no pair twice and repeats with its seed", () => {
  const pairs = Array.from({ length: 50 }, (_, i) => i);
  fc.assert(
    fc.property(fc.nat(50), fc.nat(), fc.boolean(), (n, seed, stratified) => {
      const values = stratified
        ? pairs.map((i) => (i % 7 === 0 ? null : (i * 37) % 11))
        : undefined;
      const drawn = samplePairs(pairs, n, seed, values);
      expect(new Set(drawn).size).toBe(n);
      expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
      expect(samplePairs(pairs, n, seed, values)).toEqual(drawn);
    }),
  );
});

test("a stratified sample has one pair of each n-th of the metric's range", () => {
  const values = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) / 100);
  const drawn = samplePairs(values, 10, 5, values).toSorted((a, b) => a - b);
  expect(drawn.map((value) => Math.floor(value * 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("refuses more pairs than there are, and values of another number", () => {
  expect(() => samplePairs([1], 2, 1)).toThrow(
    "n must be a whole number from 0 to the 1 pairs, got 2",
  );
  expect(() => samplePairs([1], 1, 1, [])).toThrow("0 values don't fit 1 pairs");
});
