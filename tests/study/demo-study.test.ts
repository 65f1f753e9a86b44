/** The demo study with the real model, encoder and files, as the command line runs it, with the least work. */
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadEncoder, modelFiles } from "../../src/cli/assets";
import { startWasm } from "../../src/cli/backend";
import { StudyFolder } from "../../src/cli/study-folder";
import { readCorpus } from "../../src/cli/study-input";
import { recordedAnswers } from "../../src/clients/recorded";
import { readPeft } from "../../src/core/adapter/peft";
import { importMcc } from "../../src/core/corpus/mcc";
import type { Encoder } from "../../src/core/encode/encoder";
import { type ReportedRole, REPORTED_ROLES } from "../../src/core/format/report";
import { resolveConfig } from "../../src/core/study/presets";
import { scoreAnswers } from "../../src/core/study/scoring";
import { runStudy } from "../../src/core/study/study";
import { loadPolicy } from "../../src/engine/policy";
import { quickestStudy } from "../browser/quickest-study";

const config = resolveConfig({ ...quickestStudy, sampling: { maxNewTokens: 8 } });
const signal = new AbortController().signal;
let encoder: Encoder;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "steadfast-study-"));
  await startWasm();
  encoder = await loadEncoder();
});
afterAll(() => rm(folder, { recursive: true }));

async function study(name: string) {
  const out = join(folder, name);
  const corpus = await readCorpus(config.corpus, ".");
  const policy = await loadPolicy(modelFiles("demo"));
  const store = await StudyFolder.create(out, config, corpus);
  const ports = { policy, aligned: recordedAnswers(corpus), encoder, store };
  try {
    const report = await runStudy(config, corpus, ports, {
      signal,
      report: (event) => store.log(event),
    });
    await store.finish(report, { started: 0, phases: {} });
    return { out, report };
  } finally {
    policy.dispose();
  }
}

const answersFile = (role: ReportedRole) =>
  role === "lora" || role === "ppo" ? `evaluation-${role}-cycle-1.csv` : `evaluation-${role}.csv`;

test("one seed gives the same bytes twice, and no tensor is left over", async () => {
  const before = tf.memory().numTensors;
  const first = await study("first");
  const second = await study("second");
  expect(tf.memory().numTensors).toBe(before);
  const files = (await readdir(first.out, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && entry.name !== "manifest.json", // a checkpoint's tells when it was saved
  );
  expect(files.length).toBeGreaterThan(10);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    const twin = path.replace(first.out, second.out);
    expect(await readFile(twin), name).toEqual(await readFile(path));
  }
});

test("every score of the report comes out again from the answers it wrote", async () => {
  const { out, report } = await study("again");
  const held = report.questions.filter(({ split }) => split === "evaluation");
  expect(held.map(({ id }) => id)).toEqual([1, 2]);
  for (const role of REPORTED_ROLES) {
    const csv = await readFile(join(out, "answers", answersFile(role)), "utf8");
    const answers = importMcc(csv, role, null, "keep").questions.flatMap(({ id, recorded }) =>
      recorded!.map(({ text, rot }) => ({ questionId: id, text, ruleOfThumb: rot })),
    );
    const { scores } = await scoreAnswers(
      answers,
      encoder,
      { ...config.sage, answerWeight: 1 },
      { signal },
    );
    expect(scores.map(({ sage }) => sage)).toEqual(held.map(({ sage }) => sage[role]));
  }
});

test("the adapter it wrote is a PEFT adapter that changes the model", async () => {
  const { out, report } = await study("adapter");
  const read = (file: string) => readFile(join(out, "adapters", "lora-cycle-1", file));
  const weights = readPeft(
    (await read("adapter_config.json")).toString(),
    await read("adapter_model.safetensors"),
  );
  expect(weights.tensors).toHaveLength(12);
  expect(weights.baseModel).toBe("steadfast-mini");
  const learned = weights.tensors.filter(({ name }) => name.includes("lora_B"));
  for (const { data } of learned) expect(data.some((x) => x !== 0)).toBe(true);
  expect(report.cycles[0]?.trainedOn).toBeGreaterThan(0);
});
