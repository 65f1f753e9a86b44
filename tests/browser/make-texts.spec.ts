/** Wordings and rules that a model writes on the page: what it costs, the review by keyboard, and the corpus that comes of it. */
import { type Page, expect, test } from "@playwright/test";
import { type MockServer, mockServer } from "../api/mock-server";
import { expectAccessible } from "./axe";
import { expectReachable } from "./reach";
import { open, withoutWebGpu } from "./site";

test.use(withoutWebGpu);
test.describe.configure({ timeout: 180_000 });

const CORPUS = `question_id,question,paraphrased,model_output
7,Is it wrong to lie to a friend?,Should I lie to a friend?,No. The truth is kinder in the end.
7,Is it wrong to lie to a friend?,May I lie to a friend?,Rarely.
`;
const WORDINGS =
  "1. Is lying to a friend wrong?\n2. How is the weather in Spain today?\n3. Is deceiving a friend a wrong thing to do?";

let server: MockServer;
test.beforeEach(async () => {
  server = await mockServer({
    allowed: "*",
    reply: (prompt) =>
      prompt.includes("<answer>") ? "You should tell your friends the truth." : WORDINGS,
  });
});
test.afterEach(() => server.close());

const panel = (page: Page, name: string) => page.getByRole("region", { name });

async function importCorpus(page: Page): Promise<void> {
  await open(page, "#/corpus");
  await page.getByLabel("Corpus files").setInputFiles({
    ...{ name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from(CORPUS) },
  });
  await page.getByRole("button", { name: "Import 1 question" }).click();
  await expect(page.getByRole("heading", { name: "mine", level: 2 })).toBeVisible();
}

test("wordings by an API are gone through by keyboard, survive a reload, and become a corpus of their own; then answers get rules by a model of this browser", async ({
  page,
}) => {
  await importCorpus(page);
  await page.getByRole("button", { name: "Make paraphrases" }).click();
  const made = panel(page, "Make paraphrases");
  await made.getByLabel("Address, OpenAI-compatible").fill(server.baseUrl);
  await made.getByLabel("Model id").fill("mock-1");
  await made.getByLabel("Wordings of each question").fill("4");
  await expect(made.getByText(/^The first round: 1 request: about/)).toBeVisible();
  expect(server.asked).toEqual([]); // the estimate asks nothing
  await expectAccessible(page, "making paraphrases");
  await expectReachable(page, "making paraphrases");
  await made.getByRole("button", { name: "Write the texts" }).click();

  const review = made.getByRole("group", { name: "Review" });
  await expect(review.getByText("Is lying to a friend wrong?", { exact: true })).toBeVisible({
    timeout: 120_000, // the encoder is loaded first
  });
  await expect(review).toContainText("compared by use-lite");
  await expect(review).toContainText("0 kept, 0 dropped, 3 to decide");
  await expect(review).toBeFocused();
  await expectAccessible(page, "a review");
  await expectReachable(page, "a review");
  await review.focus();
  await page.keyboard.press("e");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Is it bad to lie to a friend?");
  await page.keyboard.press("Enter");
  await expect(review).toContainText("As it came: Is lying to a friend wrong?");
  await page.keyboard.press("k");
  await expect(review).toContainText("1 kept, 0 dropped, 2 to decide");

  await page.reload();
  await page.getByRole("link", { name: /^mine/ }).click();
  await page.getByRole("button", { name: "Make paraphrases" }).click();
  await expect(review).toContainText("1 kept, 0 dropped, 2 to decide");
  await page.keyboard.press("k");
  await expect(review).toContainText(
    "Rejected: It is too far: its similarity to the question is 0",
  );
  await page.keyboard.press("d");
  await expect(review).toContainText("2 kept, 1 dropped, 0 to decide");
  await page.getByRole("button", { name: "Make a corpus of 2 kept texts" }).click();
  await expect(page.getByRole("heading", { name: "mine, more wordings" })).toBeVisible();
  await expect(page.getByText("1 question × 4 wordings · Imported from wordings by mock-1")).toBeVisible(); // prettier-ignore
  expect(server.asked).toHaveLength(1);

  await page.getByRole("link", { name: /^mine With|^mine 1 question × 2/ }).click();
  await page.getByRole("button", { name: "Make Rules of Thumb" }).click();
  const rules = panel(page, "Make Rules of Thumb");
  await rules.getByLabel("A model in this browser").check();
  await rules.getByRole("button", { name: "Write the texts" }).click();
  await expect(rules.getByRole("group", { name: "Review" })).toContainText("2 to decide", {
    timeout: 120_000,
  });
  await rules.getByRole("button", { name: "Throw all away" }).click();
  await rules.getByRole("button", { name: "Undo" }).click();
  await expect(rules.getByRole("group", { name: "Review" })).toContainText("2 to decide");
});
