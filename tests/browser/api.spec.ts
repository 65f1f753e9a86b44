/** An aligned model behind an API, on the page: what stands in its way, what it costs, a batch, and a budget. */
import { readFileSync } from "node:fs";
import { type Page, expect, test } from "@playwright/test";
import type { StudyConfigInput } from "../../src/core/study/config";
import { type MockServer, mockServer } from "../api/mock-server";
import { expectAccessible } from "./axe";
import { quickestStudy } from "./quickest-study";
import { expectReachable } from "./reach";
import { open, withoutWebGpu } from "./site";
import { startStudy } from "./start-study";
import { rowsOf } from "./stored-runs";

test.use(withoutWebGpu);
test.describe.configure({ timeout: 180_000 });

/** The target has a field of that name too. */
const modelOf = (page: Page) =>
  page.getByRole("region", { name: "The study" }).getByLabel("Model", { exact: true });

let server: MockServer;
test.afterEach(() => server.close());

test("the test of a connection tells a server that refuses the page from one that is not there, and an unknown model", async ({
  page,
}) => {
  server = await mockServer({ allowed: null });
  await open(page, "#/setup");
  await page.getByRole("radio", { name: /^An API/ }).check();
  const address = page.getByLabel("Base address", { exact: true });
  const model = modelOf(page);
  const button = page.getByRole("button", { name: "Test the connection" });
  await address.fill(server.baseUrl);
  await expect(button).toBeDisabled();
  await model.fill("mock-1");
  await page.keyboard.press("Tab");
  await button.click();
  await expect(page.getByText("does not let this page read its answers (CORS)")).toBeVisible();
  const { origin } = new URL(page.url());
  await expect(page.getByText(`OLLAMA_ORIGINS=${origin}`)).toBeVisible();
  await expectAccessible(page, "a connection that is refused");
  await expectReachable(page, "a connection that is refused");

  const refusing = server;
  server = await mockServer({ allowed: "*" });
  await address.fill(server.baseUrl);
  await page.keyboard.press("Tab");
  await expect(page.getByText("(CORS)")).toBeHidden(); // it was of another address
  await button.click();
  await expect(page.getByText("has the model mock-1")).toBeVisible();
  await model.fill("gpt-3.5-turbo");
  await page.keyboard.press("Tab");
  await button.click();
  await expect(page.getByText("has no model “gpt-3.5-turbo”")).toBeVisible();

  await refusing.close();
  await address.fill(refusing.baseUrl);
  await page.keyboard.press("Tab");
  await button.click();
  await expect(page.getByText("No server answers at")).toBeVisible();
  expect(server.asked).toEqual([]);
});

test("the cost is estimated, a batch goes out, and its results come in with what failed", async ({
  page,
}) => {
  server = await mockServer({ allowed: "*" });
  await open(page, "#/setup");
  await page.getByRole("radio", { name: /^An API/ }).check();
  await page.getByLabel("Base address", { exact: true }).fill(server.baseUrl);
  await modelOf(page).fill("mock-1");
  await page.keyboard.press("Tab");
  await expect(page.getByText(/The whole corpus: 200 requests: .*no price is known/)).toBeVisible();
  await page.getByLabel("Input price").fill("0.5");
  await page.getByLabel("Output price").fill("1.5");
  await page.keyboard.press("Tab");
  await expect(page.getByText(/at most 0\.0\d+ at the prices given/)).toBeVisible();

  await page.getByText("Answers from a batch").click();
  const [batch] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export a batch" }).click(),
  ]);
  const lines = readFileSync(await batch.path(), "utf8")
    .trimEnd()
    .split("\n");
  const ids = lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
  expect(ids).toHaveLength(200);
  const body = { choices: [{ message: { content: "From the batch." } }] };
  const result = (custom_id: string, status_code: number, body: unknown) =>
    `${JSON.stringify({ custom_id, response: { status_code, body }, error: null })}\n`;
  const failed = result(ids[199]!, 500, { error: { message: "out of luck" } });
  await page.getByLabel("Results of a batch").setInputFiles({
    name: "output.jsonl",
    mimeType: "application/jsonl",
    buffer: Buffer.from(
      ids
        .slice(0, 150)
        .map((id) => result(id, 200, body))
        .join("") + failed,
    ),
  });
  await expect(page.getByText("150 replies came in.")).toBeVisible();
  await expect(page.getByText("Line 151: status 500: out of luck")).toBeVisible();
  await expect(page.getByText("50 requests (150 more are answered already)")).toBeVisible();
  await expectAccessible(page, "an imported batch");
});

test("a study pauses at its budget, says what was spent, and goes on with a higher one without asking anything twice", async ({
  page,
}) => {
  server = await mockServer({ allowed: "*" });
  const config: StudyConfigInput = {
    ...quickestStudy,
    aligned: {
      ...{ kind: "chat", baseUrl: server.baseUrl, model: "mock-1", maxTokens: 50 },
      tokenBudget: 900,
    },
  };
  await startStudy(page, undefined, config);
  await expect(page.getByText(/exceed the budget \(900 tokens\)\. Spent so far/)).toBeVisible({
    timeout: 120_000,
  });
  const before = new Set(server.asked);
  const count = server.asked.length;
  expect(count).toBeGreaterThan(0);
  expect(await rowsOf(page, "replies")).toHaveLength(count);
  await page.getByLabel("Token budget").fill("1000000");
  await page.getByRole("button", { name: "Go on", exact: true }).click();
  await expect(page.getByRole("button", { name: "Train more" })).toBeVisible({ timeout: 120_000 });
  expect(server.asked.slice(count).filter((prompt) => before.has(prompt))).toEqual([]);
  await expect(page.getByText(/[\d,]+ tokens in 20 replies; no price is known/)).toBeVisible();

  // The same study again finds every reply.
  const asked = server.asked.length;
  await startStudy(page, undefined, {
    ...config,
    aligned: { ...config.aligned!, tokenBudget: null } as StudyConfigInput["aligned"],
  });
  await expect(page.getByRole("button", { name: "Train more" })).toBeVisible({ timeout: 120_000 });
  expect(server.asked).toHaveLength(asked);
});
