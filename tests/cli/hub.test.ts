/** Models of a hub on the command line: loaded once, kept, checked; and a model written out again. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { COMMIT, type HubServer, serveHub } from "../fixtures/hub-server";
import { demoModelFiles } from "../fixtures/model-folders";
import golden from "../fixtures/onnx-gpt2/golden.json";
import { onnxGpt2Files } from "../fixtures/onnx-gpt2/files";
import type { StudyReport } from "../../src/core/format/report";
import { buildSteadfast, folderOf, type Steadfast } from "./steadfast";

const files = demoModelFiles();
const size = files.get("model.safetensors")!.length;
const PROMPT = "Question: May one lie?\nAnswer:";

let steadfast: Steadfast;
let hub: HubServer;
let cwd: string;
beforeAll(async () => {
  steadfast = await buildSteadfast();
  hub = await serveHub(
    new Map([
      ["lab/mini", files],
      ["lab/onnx", onnxGpt2Files()],
    ]),
  );
  cwd = await folderOf();
  vi.stubEnv("STEADFAST_HUB", hub.host);
  vi.stubEnv("STEADFAST_CACHE", join(cwd, "cache"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  hub.close();
  await steadfast.remove();
  await rm(cwd, { recursive: true });
});
beforeEach(() => void hub.asked.splice(0));

const generate = (model: string) =>
  steadfast.run(
    ["generate", "--model", model, "--prompt", PROMPT, "--max-new-tokens", "8", "--json"],
    { cwd },
  );
const delivered = () => hub.asked.filter(({ path }) => path.startsWith("/cdn/"));

test("a model comes from its hub in two pieces, answers as the demo does, and is asked for once", async () => {
  hub.cuts.push(3_000_000);
  const first = await generate("hub:lab/mini");
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toBe((await generate("demo")).stdout);
  // What the server had written when it was cut need not all have arrived.
  const ranges = delivered().map(({ range }) => range);
  expect(ranges).toEqual([null, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  const arrived = parseInt(ranges[1]!.slice("bytes=".length), 10);
  expect(arrived).toBeLessThanOrEqual(3_000_000);
  expect(delivered()[1]!.sent).toBe(size - arrived);

  hub.asked.length = 0;
  expect((await generate(`hub:lab/mini@${COMMIT}`)).stdout).toBe(first.stdout);
  expect(hub.asked).toEqual([]);
});

test("a file of the cache that was changed, and a model that is not there, are named", async () => {
  const path = join(cwd, "cache/models/lab--mini", COMMIT, "model.safetensors");
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
  const changed = await generate(`hub:lab/mini@${COMMIT}`);
  expect(changed).toMatchObject({ code: 2, stdout: "" });
  expect(changed.stderr).toContain("model.safetensors in ");
  expect(changed.stderr).toContain("is not the file that was loaded");
  const missing = await generate("hub:lab/none");
  expect(missing).toMatchObject({ code: 1, stdout: "" });
  expect(missing.stderr).toMatch(
    /^steadfast generate: lab\/none at http.* without a login \(401\)/,
  );
  const wrong = await generate("hub:lab");
  expect(wrong.code).not.toBe(0);
  expect((await generate("hub:a/b/c")).stderr).toContain("write owner/name");
});

test("a model is written out in the hub's layout and answers the same from there; it is not written over", async () => {
  const run = (argv: readonly string[]) => steadfast.run(argv, { cwd });
  const out = ["export", "--model", "demo", "--out", "copy"];
  expect(await run(out)).toMatchObject({ code: 0, stdout: "copy\n" });
  expect((await generate("copy")).stdout).toBe((await generate("demo")).stdout);
  const again = await run(out);
  expect(again).toMatchObject({ code: 2 });
  expect(again.stderr).toContain("copy holds a model already");
});

test("a model in ONNX comes from its hub, answers as PyTorch does, and is scored by a study that trains nothing", async () => {
  const config = {
    ...{ preset: "recommended", target: "hub:lab/onnx", cycles: { max: 0 } },
    questions: { evaluation: 1, alwaysEvaluate: [1] },
    sampling: { temperature: 0, maxNewTokens: golden.maxNewTokens },
  };
  await writeFile(join(cwd, "onnx.json"), JSON.stringify(config));
  const done = await steadfast.run(["study", "onnx.json", "--out", "scored", "--json"], { cwd });
  expect(done).toMatchObject({ code: 0 });
  const report = JSON.parse(done.stdout) as StudyReport;
  expect(report).toMatchObject({ target: "lab/onnx", cycles: [], selection: [] });
  expect(report.models.map(({ name, n }) => [name, n])).toEqual([
    ["baseline", 1],
    ["aligned", 1],
  ]);
  expect(report.targetModel!.files.map(({ name }) => name)).toContain("onnx/model.onnx");
  const said = await readFile(join(cwd, "scored/report.md"), "utf8");
  expect(said).toContain("Nothing was trained: the target answered as it is.");
  const answers = await readFile(join(cwd, "scored/answers/evaluation-baseline.csv"), "utf8");
  for (const { text } of golden.answers) expect(answers).toContain(text.trim());

  const trains = { prompt: "{question}", sampling: { maxNewTokens: 4 }, cycles: { max: 1 } };
  await writeFile(join(cwd, "onnx.json"), JSON.stringify({ ...config, ...trains }));
  const trained = await steadfast.run(["study", "onnx.json", "--out", "trained"], { cwd });
  expect(trained).toMatchObject({ code: 2, stdout: "" });
  expect(trained.stderr).toContain("lab/onnx is in ONNX");
  expect(trained.stderr).toContain("set cycles.max to 0");
});
