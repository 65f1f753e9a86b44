/** Bringing questions in: whole or not at all. */
import { type Page, expect, test } from "@playwright/test";
import { open } from "./site";

const header = "question_id,question,paraphrased,model_output\n";
const rows = Array.from(
  { length: 5 },
  (_, i) => `7,May one lie?,"Wording ${i}, of lying?",No. Answer ${i}.\n`,
).join("");

/** Drops a file on the page, as a hand with a mouse would. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: "text/csv" }));
      return transfer;
    },
    [name, text] as const,
  );
  const target = page.getByRole("main");
  await target.dispatchEvent("dragover", { dataTransfer: transfer });
  await target.dispatchEvent("drop", { dataTransfer: transfer });
}

test("a dropped CSV becomes a corpus that is there after a reload", async ({ page }) => {
  await open(page, "#/corpus");
  await drop(page, "small.csv", header + rows);
  const small = page.getByRole("list", { name: "Corpora" }).getByRole("link", { name: /^small/ });
  await expect(small).toContainText("1 question × 5 wordings");
  await page.reload();
  await expect(small).toBeVisible();
});

test("a broken CSV is refused with its file, row and column, and nothing of it is kept", async ({
  page,
}) => {
  await open(page, "#/corpus");
  await drop(page, "broken.csv", `${header}${rows}7,May one lie?,,No.\n`);
  await expect(page.getByRole("alert")).toContainText('broken.csv, row 7, column "paraphrased"');
  await page.reload();
  await expect(page.getByRole("list", { name: "Corpora" }).getByRole("listitem")).toHaveCount(2);
});
