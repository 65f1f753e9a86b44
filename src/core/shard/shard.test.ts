import fc from "fast-check";
import { expect, test } from "vitest";
import { type Job, readShard, writeShard } from "./file";
import { mergeShards } from "./merge";
import { isInShard, parseShard } from "./shard";

const job: Job = {
  command: "score",
  steadfast: "0.1.0",
  corpus: "c".repeat(64),
  questions: 5,
  settings: { seed: 1, encoder: { name: "use-lite", revision: "r" } },
};

function shardText(index: number, count: number, of: Job = job): string {
  const rows = Array.from({ length: of.questions }, (_, position) => ({
    position,
    result: { id: position, sage: position / 7 },
  }));
  const shard = { index, count };
  return writeShard(
    of,
    shard,
    rows.filter(({ position }) => isInShard(position, shard)),
  );
}

const shardFile = (index: number, count: number, of: Job = job) =>
  readShard(shardText(index, count, of), `part-${index}.jsonl`);

test("i/n is read, and anything else is refused by name", () => {
  expect(parseShard("2/8")).toEqual({ index: 2, count: 8 });
  for (const text of ["0/8", "9/8", "1/0", "1", "a/b", "1.5/2", "-1/2", ""]) {
    expect(() => parseShard(text)).toThrow(`got "${text}"`);
  }
});

test("each question is in exactly one shard, and no shard has two more than another", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 200 }), (count, n) => {
      const sizes = new Array<number>(count).fill(0);
      for (let position = 0; position < n; position++) {
        const homes = sizes.flatMap((_, i) =>
          isInShard(position, { index: i + 1, count }) ? [i] : [],
        );
        expect(homes).toHaveLength(1);
        sizes[homes[0]!]!++;
      }
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test("a shard's file is read back as it was written, with a header that says whose part it is", () => {
  const file = shardFile(2, 3);
  expect(file).toMatchObject({ job, shard: { index: 2, count: 3 } });
  expect(file.rows).toEqual([
    { position: 1, result: { id: 1, sage: 1 / 7 } },
    { position: 4, result: { id: 4, sage: 4 / 7 } },
  ]);
  const header = JSON.parse(shardText(2, 3).split("\n")[0]!) as Record<string, unknown>;
  expect(header).toMatchObject({ format: "steadfast-shard", shard: "2/3", corpus: job.corpus });
});

test("shards in any order are the whole, whatever their number", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }).chain((count) =>
        fc.shuffledSubarray(
          Array.from({ length: count }, (_, i) => i + 1),
          { minLength: count, maxLength: count },
        ),
      ),
      (order) => {
        const { results } = mergeShards(order.map((index) => shardFile(index, order.length)));
        expect(results).toEqual([0, 1, 2, 3, 4].map((id) => ({ id, sage: id / 7 })));
      },
    ),
  );
});

test("missing shards are named", () => {
  expect(() => mergeShards([shardFile(2, 4), shardFile(4, 4)])).toThrow(
    "part-2.jsonl: of its job the shards 1/4, 3/4 are missing",
  );
});

test("a doubled shard is named with both files", () => {
  const again = { ...shardFile(1, 2), file: "copy.jsonl" };
  expect(() => mergeShards([shardFile(1, 2), shardFile(2, 2), again])).toThrow(
    "copy.jsonl: it is shard 1/2, and so is part-1.jsonl",
  );
});

test.each([
  ["the command", { command: "tasks" }],
  ["the version of Steadfast", { steadfast: "9.0.0" }],
  ["the corpus (SHA-256)", { corpus: "d".repeat(64) }],
  ["the settings or models (SHA-256)", { settings: { seed: 2 } }],
])("a foreign shard is named with what differs: %s", (what, change) => {
  expect(() => mergeShards([shardFile(1, 2), shardFile(2, 2, { ...job, ...change })])).toThrow(
    `part-2.jsonl: it is of another job: ${what} is`,
  );
});

test("shards of another division are foreign, and no shards are nothing", () => {
  expect(() => mergeShards([shardFile(1, 2), shardFile(2, 3)])).toThrow(
    "the number of shards is 3, in part-1.jsonl it is 2",
  );
  expect(() => mergeShards([])).toThrow("no shards");
});

test("a file cut anywhere or with any sign changed is refused by its name", () => {
  const text = shardText(1, 2);
  for (let at = 0; at < text.length; at++) {
    expect(() => readShard(text.slice(0, at), "cut.jsonl")).toThrow(/^cut.jsonl: /);
    const changed = text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);
    expect(() => readShard(changed, "changed.jsonl"), `sign ${at}`).toThrow(/^changed.jsonl: /);
  }
});
