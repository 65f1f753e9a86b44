/** Models from outside: a hub served here and files of this computer, in the built site, kept in the browser's own files. */
import { type Page, expect, test } from "@playwright/test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { COMMIT, type HubServer, serveHub } from "../fixtures/hub-server";
import golden from "../fixtures/onnx-gpt2/golden.json" with { type: "json" };
import { smallGpt2Files } from "../fixtures/small-gpt2";
import type { StudyConfigInput } from "../../src/core/study/config";
import type { StudyReport } from "../../src/core/format/report";
import { expectAccessible } from "./axe";
import { quickestStudy } from "./quickest-study";
import { sidewaysOverflow } from "./reach";
import { open, watchRequests, withoutWebGpu } from "./site";

test.use(withoutWebGpu);
test.describe.configure({ timeout: 90_000 });

const files = smallGpt2Files();
const WEIGHTS = "model.safetensors";
const size = files.get(WEIGHTS)!.length;

let hub: HubServer;
test.beforeEach(async () => {
  hub = await serveHub(new Map([["lab/mini", files]]));
});
test.afterEach(() => hub.close());

const delivered = () => hub.asked.filter(({ path }) => path.startsWith("/cdn/"));
const target = (page: Page) => page.getByRole("region", { name: "Target model" });

/** The quickest study, of a model of the hub. */
async function setUp(page: Page): Promise<void> {
  await open(page, "#/setup");
  const settings = { ...quickestStudy, target: "hub:lab/mini", targetHost: hub.host };
  await page.getByLabel("Settings file").setInputFiles({
    name: "config.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(settings)),
  });
  await expect(page.getByText("hub:lab/mini is not in this browser")).toBeVisible();
}

async function find(page: Page): Promise<void> {
  await target(page).getByText("Load one from a hub").click();
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue("lab/mini");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByRole("status", { name: "Found" })).toContainText(COMMIT.slice(0, 12));
}

const load = (page: Page) => page.getByRole("button", { name: /^Load 1\.\d MB and keep/ }).click();

test("a model is loaded from its hub, cut off, gone on with after a reload, checked, and studied", async ({
  page,
}) => {
  test.setTimeout(600_000);
  const foreign = watchRequests(page);
  await setUp(page);
  await find(page);
  await expectAccessible(page, "set-up with a model that was found");
  hub.cuts.push(1_200_000, 0, 0, 0, 0);
  await load(page);
  await expect(target(page).getByRole("alert")).toContainText("What has come so far is kept");
  hub.cuts.length = 0;

  await page.reload();
  await page.getByRole("button", { name: "Go on loading lab/mini" }).click();
  await expect(target(page).getByText("every file has been checked")).toBeVisible();
  expect(delivered().at(-1)).toMatchObject({ range: "bytes=1200000-", sent: size - 1_200_000 });
  expect(delivered().reduce((sum, { sent }) => sum + sent, 0)).toBe(size);
  expect(hub.asked.every(({ method }) => method === "GET")).toBe(true); // no preflights
  await expect(page.getByRole("radio", { name: /^lab\/mini/ })).toBeChecked();
  await expect(page.getByRole("region", { name: "Memory" })).toContainText("At most about");
  await expectAccessible(page, "set-up with a model that is here");

  const before = hub.asked.length;
  await page.getByRole("button", { name: "Run this study" }).click();
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden({ timeout: 560_000 });
  await expect(page.getByRole("region", { name: "Results" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("lab/mini at 607a30d");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "report.json" }).click(),
  ]);
  const report = JSON.parse(readFileSync(await download.path(), "utf8")) as StudyReport;
  expect(report.target).toBe("lab/mini");
  expect(report.config.target).toBe(`hub:lab/mini@${COMMIT}`);
  expect(report.targetModel).toMatchObject({ source: `${hub.host}/lab/mini`, revision: COMMIT });
  expect(report.targetModel!.files.find(({ name }) => name === WEIGHTS)).toMatchObject({
    bytes: size,
  });
  expect(hub.asked.length).toBe(before); // the study itself asks for nothing
  expect(foreign().every((url) => url.startsWith(hub.host))).toBe(true);

  await takesBackWhatItGave(page);
  await open(page, "#/storage");
  const kept = page.getByRole("region", { name: "Models", exact: true });
  await expect(kept.getByRole("row", { name: /^lab\/mini/ })).toContainText("607a30d783df");
  await expectAccessible(page, "storage with a model");
  for (const name of ["adapter", "model", "lab/mini"]) {
    await kept.getByRole("button", { name: `Delete ${name}` }).click();
    await expect(kept.getByRole("button", { name: `Delete ${name}` })).toBeHidden();
  }
  await expect(kept).toContainText("None but the demo model");
  const left = await page.evaluate(async () => {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
    const names: string[] = [];
    for await (const name of (models as unknown as { keys(): AsyncIterable<string> }).keys())
      names.push(name);
    return names;
  });
  expect(left).toEqual([]);
});

test("a file that was changed on the hub is refused by its name, and nothing of it is kept", async ({
  page,
}) => {
  const changed = files.get(WEIGHTS)!.slice();
  changed[500_000]! ^= 1;
  hub.changed.set(WEIGHTS, changed);
  await setUp(page);
  await find(page);
  await load(page);
  await expect(target(page).getByRole("alert")).toContainText(
    `${WEIGHTS} of lab/mini at ${hub.host} is not the file that commit 607a30d lists`,
  );
  await expect(page.getByRole("button", { name: "Run this study" })).toBeDisabled();
});

test("files of this computer become a model that is kept; what is no GPT-2 is refused", async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "#/setup");
  await target(page).getByText("Take one from this computer").click();
  await target(page).getByText("Load one from a hub").click();
  expect(await sidewaysOverflow(page)).toBe(0);
  const input = page.getByLabel("Model files");
  await input.setInputFiles(["public/demo/model/config.json", "public/demo/model/vocab.json"]);
  await expect(target(page).getByRole("alert")).toContainText("has no model.safetensors");
  await input.setInputFiles([
    { name: "config.json", mimeType: "", buffer: Buffer.from('{"model_type":"llama"}') },
    { name: "model.safetensors", mimeType: "", buffer: Buffer.from("x") },
    { name: "tokenizer.json", mimeType: "", buffer: Buffer.from("{}") },
  ]);
  await expect(target(page).getByRole("alert")).toContainText('model_type is "llama"');
  await page.getByLabel("Model folder").setInputFiles("public/demo/model");
  await expect(page.getByRole("radio", { name: /^model/ })).toBeChecked();
  await expect(page.getByRole("radio", { name: /^model/ })).toHaveAccessibleName(/SHA-256/);
  await page.reload();
  await expect(page.getByRole("radio", { name: /^model/ })).toBeChecked();
  expect(await sidewaysOverflow(page)).toBe(0);
});

test("a model in ONNX of this computer answers as PyTorch does and is scored, offline and without training", async ({
  page,
}) => {
  test.setTimeout(240_000);
  const foreign = watchRequests(page);
  await open(page, "#/setup");
  await target(page).getByText("Take one from this computer").click();
  await page.getByLabel("Model folder").setInputFiles("tests/fixtures/onnx-gpt2");
  // The folder has weights in safetensors too, which can be trained: those are what is taken.
  await expect(page.getByRole("radio", { name: /^onnx-gpt2/ })).toBeChecked();
  await expect(page.getByRole("region", { name: "Memory" })).toBeVisible();

  const folder = "tests/fixtures/onnx-gpt2";
  const names = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
  ];
  await page
    .getByLabel("Model files")
    .setInputFiles([...names.map((name) => `${folder}/${name}`), `${folder}/onnx/model.onnx`]);
  const model = page.getByRole("radio", { name: /^model .*ONNX, not trained/ });
  await expect(model).toBeChecked();
  await expect(target(page)).toContainText("It can't be trained");
  await expect(page.getByRole("region", { name: "LoRA adapter" })).toHaveCount(0);
  await expectAccessible(page, "set-up with a model in ONNX");

  await scoreFirst(page);
  for (const { text } of golden.answers) await expect(answers(page)).toContainText(said(text));
  expect(foreign()).toEqual([]);
});

test("a LoRA adapter in PEFT's format goes on a model, is checked, kept and scored, and says what PyTorch says", async ({
  page,
}) => {
  test.setTimeout(240_000);
  await open(page, "#/setup");
  await target(page).getByText("Put a LoRA adapter on it").click();
  await page.getByLabel("Adapter files").setInputFiles(peftFiles);
  await expect(target(page).getByRole("alert")).toContainText(
    "the adapter's h.0.attn.c_attn.lora_A.weight has shape [2, 24], this model needs [2, 192]",
  );
  await target(page).getByText("Take one from this computer").click();
  await page.getByLabel("Model folder").setInputFiles("tests/fixtures/onnx-gpt2");
  await expect(page.getByRole("radio", { name: /^onnx-gpt2/ })).toBeChecked();
  await page.getByLabel("Adapter files").setInputFiles(peftFiles);
  const adapter = page.getByRole("radio", { name: /^adapter LoRA adapter on onnx-gpt2/ });
  await expect(adapter).toBeChecked();
  await expectAccessible(page, "set-up with an adapter");

  await scoreFirst(page, { cycles: { max: 0 } });
  for (const { text } of golden.adapted) await expect(answers(page)).toContainText(said(text));
  await page.goBack();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "report.json" }).click(),
  ]);
  const { targetModel } = JSON.parse(readFileSync(await download.path(), "utf8")) as StudyReport;
  const bytes = readFileSync(peftFiles[1]!);
  expect(targetModel!.files).toContainEqual({
    name: "adapter_model.safetensors",
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  expect(targetModel!.source).toContain("a LoRA adapter on onnx-gpt2");
});

/** The run's adapter, and the weights that it is merged into, are saved and become targets again. */
async function takesBackWhatItGave(page: Page): Promise<void> {
  const downloads = page.getByRole("region", { name: "Downloads" });
  const saved = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      downloads.getByRole("button", { name, exact: true }).first().click(),
    ]);
    return { name, mimeType: "", buffer: readFileSync(await download.path()) };
  };
  const adapter = [await saved("adapter_config.json"), await saved("adapter_model.safetensors")];
  const merged = await saved("model.safetensors");
  expect(merged.buffer.length).toBeGreaterThanOrEqual(size - 1000); // the header's names aside
  expect(merged.buffer.equals(files.get(WEIGHTS)!)).toBe(false);

  await open(page, "#/setup");
  await target(page).getByText("Put a LoRA adapter on it").click();
  await page.getByLabel("Adapter files").setInputFiles(adapter);
  const sha256 = createHash("sha256").update(adapter[1]!.buffer).digest("hex").slice(0, 12);
  const radio = page.getByRole("radio", { name: /^adapter LoRA adapter on lab\/mini/ });
  await expect(radio).toBeChecked();
  await expect(radio).toHaveAccessibleName(new RegExp(sha256));
  await target(page).getByText("Take one from this computer").click();
  const others = ["config.json", "tokenizer.json"].map((name) => ({
    ...{ name, mimeType: "", buffer: Buffer.from(files.get(name)!) },
  }));
  await page.getByLabel("Model files").setInputFiles([...others, merged]);
  await expect(page.getByRole("radio", { name: /^model .*this computer/ })).toBeChecked();
}

const peftFiles = ["adapter_config.json", "adapter_model.safetensors"].map(
  (name) => `tests/fixtures/onnx-gpt2/adapter/${name}`,
);

/** As a browser shows it: spaces in a row are one. */
const said = (text: string) => text.trim().replaceAll(/ +/g, " ");
const answers = (page: Page) => page.getByRole("main");

/** Scores the target's likeliest answers to the demo's first question, and opens them. */
async function scoreFirst(page: Page, more: Partial<StudyConfigInput> = {}): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export", exact: true }).click(),
  ]);
  const chosen = JSON.parse(readFileSync(await download.path(), "utf8")) as StudyConfigInput;
  const config = {
    ...{ ...chosen, ...more },
    questions: { evaluation: 1, alwaysEvaluate: [1] },
    sampling: { temperature: 0, maxNewTokens: golden.maxNewTokens },
  };
  await page.getByLabel("Settings file").setInputFiles({
    name: "config.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(config)),
  });
  await page.getByRole("button", { name: "Run this study" }).click();
  await expect(page.getByRole("region", { name: "Results" })).toBeVisible({ timeout: 180_000 });
  await page.locator('a[href^="#/question/"]').first().click();
}
