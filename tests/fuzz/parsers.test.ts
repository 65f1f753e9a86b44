/**
 * Hostile files: whatever bytes come in, a parser returns or throws the error it is documented to throw, and soon.
 * FUZZ_RUNS sets the inputs a parser: a few hundred by default, 10,000 and more before a release.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import { expect, test } from "vitest";
import { readPeft, writePeft } from "../../src/core/adapter/peft";
import { importLabels } from "../../src/core/annotation/labels-csv";
import { writeSession } from "../../src/core/annotation/session-file";
import { readLabelFile, writeTask } from "../../src/core/annotation/task-file";
import { importDemoQuestions } from "../../src/core/corpus/demo-questions";
import { importMcc } from "../../src/core/corpus/mcc";
import { exportOriginal } from "../../src/core/import/export";
import { readImport } from "../../src/core/import/import";
import { InputError } from "../../src/core/format/input-error";
import { readItem, writeItem } from "../../src/core/format/project/items";
import { openProject } from "../../src/core/format/project/project";
import { parseSafetensors, writeSafetensors } from "../../src/core/format/safetensors";
import { importConfig } from "../../src/core/study/check-config";
import { adapter } from "../../src/storage/rows.fixture";
import { digest, someTask } from "../annotation/tasks";
import { sourceOf as sourceOfFile } from "../import/source";
import { archiveOf, byteDigest, sourceOf } from "../project/archive";
import { projectOf, seedOfProject } from "../project/random-project";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300);
/** One input may take so long, on a machine that does other things too. */
const SLOW_MS = 3_000;

const NASTY = [
  "__proto__",
  "constructor",
  "\0",
  "\ufeff",
  '"',
  "=cmd|' /C calc'!A0",
  "\ud800",
  "1e999",
];
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 8 }),
  fc.constantFrom(...NASTY).map((text) => new Uint8Array(Buffer.from(text))),
);
type Edit = readonly [at: number, removed: number, inserted: Uint8Array];
const edits = fc.array(fc.tuple(fc.nat(), fc.nat(40), piece), { minLength: 1, maxLength: 6 });

/** Bytes that are changed in place: a file whose parts are found by their offsets stays one. */
type Change = readonly [at: number, byte: number];

/** A valid file with a few edits: deeper than noise gets, as noise fails at the first byte. */
function mutated(valid: Uint8Array, changes: readonly Edit[]): Uint8Array {
  return changes.reduce((bytes, [at, removed, inserted]) => {
    const start = at % (bytes.length + 1);
    return new Uint8Array(
      Buffer.concat([bytes.slice(0, start), inserted, bytes.slice(start + removed)]),
    );
  }, valid);
}

type Refusals = readonly (abstract new (...args: never[]) => Error)[];

/** Valid files with edits, and noise. */
const hostile = (seeds: readonly Uint8Array[]) =>
  fc
    .oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...seeds), edits) },
      { weight: 1, arbitrary: fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.constant([])) },
    )
    .map(([seed, changes]) => mutated(seed, changes));

/** Parses hostile files. */
async function fuzz(
  seeds: readonly Uint8Array[],
  parse: (bytes: Uint8Array) => unknown,
  refusals: Refusals = [InputError],
  files: fc.Arbitrary<Uint8Array> = hostile(seeds),
  numRuns = RUNS,
): Promise<void> {
  for (const seed of seeds) await parse(seed); // valid as it stands
  await fc.assert(
    fc.asyncProperty(files, async (file) => {
      const started = performance.now();
      try {
        await parse(file);
      } catch (error) {
        const isNamed = refusals.some((refusal) => error instanceof refusal);
        if (!isNamed) throw error;
      }
      expect(performance.now() - started).toBeLessThan(SLOW_MS);
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns },
  );
}

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");
const LIMIT = 900_000;

test(
  "safetensors",
  () => {
    const tensor = { name: "a", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
    const seeds = [writeSafetensors([tensor]), writeSafetensors([])];
    const parse = (bytes: Uint8Array) => {
      for (const { read } of parseSafetensors(bytes, "f.safetensors").tensors.values()) read();
    };
    return fuzz(seeds, parse, [SyntaxError, RangeError]);
  },
  LIMIT,
);

test(
  "adapter folder",
  () => {
    const map = (side: "A" | "B") => ({
      name: `h.0.attn.c_attn.lora_${side}.weight`,
      shape: side === "A" ? [1, 3] : [3, 1],
      data: Float32Array.of(1, 2, 3),
    });
    const maps = [map("A"), map("B")];
    const files = writePeft({ ...adapter, config: { ...adapter.config, rank: 1 }, tensors: maps });
    const [config, tensors] = [
      bytesOf(files["adapter_config.json"]),
      files["adapter_model.safetensors"],
    ];
    const parse = (bytes: Uint8Array) => {
      readPeft(textOf(bytes.slice(0, config.length)), bytes.slice(config.length));
    };
    const seed = new Uint8Array(Buffer.concat([config, tensors]));
    return fuzz([seed], parse, [SyntaxError, RangeError]);
  },
  LIMIT,
);

test(
  "corpus as CSV",
  () => {
    const header = "question_id,question,paraphrased,model_output,rot,topic\r\n";
    const seeds = [
      `${header}1,May one lie?,Is lying fine?,No.,,honesty\r\n1,May one lie?,"Lie, ever?","A ""no"".",,honesty\r\n`,
      "question_id,question,paraphrased\n7,a,b\n\n7,a,'=1+1\n",
    ];
    return fuzz(seeds.map(bytesOf), (bytes) => importMcc(textOf(bytes), "c.csv"));
  },
  LIMIT,
);

test(
  "corpus as JSON",
  () => {
    const entry = {
      id: 1,
      topic: "honesty",
      question: "May one lie?",
      paraphrases: ["a?", "b?"],
      aligned: ["No.", "No."],
      consistent: true,
    };
    const seed = bytesOf(JSON.stringify([entry, { ...entry, id: "q2" }]));
    return fuzz([seed], (bytes) => importDemoQuestions(textOf(bytes), "c.json", "m"));
  },
  LIMIT,
);

const mcc = "question_id,question,paraphrased,model_output,rot,score\r\n";
const imported: readonly (readonly [name: string, text: string])[] = [
  [
    "c.csv",
    `${mcc}1,May one lie?,"Lie, ever?",No.,Be ""kind"".,0.7\r\n1,May one lie?,'=1+1,No.,,0.8\r\n`,
  ],
  ["w.tsv", "id\tquestion\tp1\tp2\ta1\ta2\n7\tLie?\tIs it right?\tEver?\tNo.\tNever.\n"],
  [
    "e.csv",
    "question_id,paraphrased_1,model_output_1,rot_1,paraphrased_2,model_output_2,rot_2,w\n1,a,b,,c,d,,0.5\n",
  ],
  ["h.csv", "question_id,question,model_output_1,model_output_2,ann1,ann2\n1,Q?,a,b,Y,NA\n"],
  ["f.csv", "question_id,care,fairness,liberty,loyalty,authority,sanctity\n1,1.0,0.0,0,0,0,1\n"],
  ["t.csv", "Question,Best Answer,Correct Answers,Incorrect Answers\nQ?,a,a; b,c; d\n"],
  ["m.csv", "scenario_id,ambiguity,context,action1,action2\nH_1,low,You drive.,I stop.,I go on.\n"],
  ["s.txt", "A man sits. he\n1\nstands.\nsits.\nruns.\nsings.\n"],
  [
    "v.jsonl",
    '{"topic":"T","question":"a?","original":"b?","rephrase":1,"options":{"yes":"x"}}\n{"question":"c?"}\n',
  ],
  [
    "l.json",
    '[{"id":1,"question":"Q?","paraphrases":["a?","b?"],"answers":["No.","Yes."],"care":1,"x":[{"y":[]}]}]',
  ],
];

test(
  "corpora of other formats, which come back from their export",
  async () => {
    for (const [name, text] of imported) {
      await fuzz([bytesOf(text)], async (bytes) => {
        const { corpus } = await readImport(sourceOfFile(name, textOf(bytes), 17));
        const out = exportOriginal(corpus);
        await readImport(sourceOfFile(out.name, out.text));
      });
    }
  },
  LIMIT,
);

/** Bytes with a few of them changed where it hurts: in the tables at the end, where a page begins, or anywhere. */
function flipped(file: Uint8Array): fc.Arbitrary<Uint8Array> {
  const { row_groups, metadata_length } = parquetMetadata(file);
  const pages = row_groups
    .flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data!))
    .flatMap((meta) => [meta.data_page_offset, meta.dictionary_page_offset ?? 0n])
    .filter((offset) => offset > 0n);
  const footer = file.length - 8 - metadata_length;
  const at = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...pages), fc.nat(60)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant(footer), fc.nat(metadata_length + 7)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant(4), fc.nat(footer)) },
  );
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff));
  const change: fc.Arbitrary<Change> = fc.tuple(
    at.map(([start, step]) => Math.min(file.length - 1, Number(start) + step)),
    byte,
  );
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const bytes = Uint8Array.from(file);
    for (const [where, to] of changes) bytes[where] = to;
    return bytes;
  });
}

test(
  "corpora in Parquet, whose pages claim what they like",
  () => {
    const folder = "tests/fixtures/import/";
    const seeds = readdirSync(folder)
      .filter((name) => name.endsWith(".parquet"))
      .map((name) => new Uint8Array(readFileSync(folder + name)));
    const files = fc.oneof(hostile(seeds), ...seeds.map(flipped), ...seeds.map(flipped));
    const parse = (bytes: Uint8Array) => readImport(sourceOfFile("q.parquet", bytes));
    return fuzz(seeds, parse, [InputError], files, Math.max(RUNS, 10_000));
  },
  LIMIT,
);

test(
  "settings",
  () => {
    const seed = bytesOf(JSON.stringify({ preset: "report", sft: { steps: 3 }, seed: 2 }));
    return fuzz([seed], (bytes) => importConfig(textOf(bytes), "config.json"), [Error]);
  },
  LIMIT,
);

test(
  "labels as CSV",
  () => {
    const seed = bytesOf(
      "question_id,question,model_output_1,model_output_2,ann1,ann2\n1,May one lie?,Yes.,No.,Y,N\n1,May one lie?,Yes.,Ever.,NA,N\n",
    );
    return fuzz([seed], (bytes) => importLabels(textOf(bytes), "l.csv", digest));
  },
  LIMIT,
);

test(
  "labelling tasks and sessions",
  async () => {
    const task = await someTask();
    const rater = { name: "Ann", kind: "person" } as const;
    const events = [{ kind: "label", item: 0, label: "Y", at: 1 }] as const;
    const session = await writeSession({ task, rater, events }, digest);
    const seeds = [writeTask(task), session].map(bytesOf);
    await fuzz(seeds, (bytes) => readLabelFile(textOf(bytes), "t.json", digest));
  },
  LIMIT,
);

test(
  "records of a project, in an archive whose hashes fit",
  async () => {
    const [seed] = fc.sample(seedOfProject, { numRuns: 1, seed: 11 });
    for (const item of await projectOf(seed!)) {
      const [main, ...others] = writeItem(item);
      await fuzz([main!.bytes], (bytes) =>
        readItem(item.kind, [{ ...main!, bytes }, ...others], (name) => name, byteDigest),
      );
    }
  },
  LIMIT,
);

test(
  "project archives",
  async () => {
    const seeds = await Promise.all(
      fc
        .sample(seedOfProject, { numRuns: 3, seed: 7 })
        .map(async (s) => archiveOf(await projectOf(s))),
    );
    await fuzz(seeds, async (bytes) => {
      const archive = await openProject(sourceOf(bytes), byteDigest);
      for (const item of archive.items) await archive.read(item);
    });
  },
  LIMIT,
);
