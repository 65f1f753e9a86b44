/** What axe-core finds on a page, with every rule on, in both themes and at both widths. */
import { readFileSync } from "node:fs";
import type axe from "axe-core";
import { type Page, expect } from "@playwright/test";
import { sidewaysOverflow } from "./reach";

const SOURCE = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const THEMES = ["light", "dark"] as const;
const WIDTHS = [1440, 390] as const;

/** Grounds that axe cannot judge a colour on, so that text on them would go unchecked. */
const UNJUDGED = ["bgGradient", "bgImage", "pseudoContent"];

/** Serious and critical violations, a line each, and text whose contrast a design hides from axe. */
export async function axeFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(SOURCE);
  return page.evaluate(async (unjudged) => {
    const { axe: engine } = window as unknown as { axe: typeof axe };
    const { violations, incomplete } = await engine.run(document);
    const serious = violations.filter(
      ({ impact }) => impact === "serious" || impact === "critical",
    );
    const hidden = incomplete.map((result) => ({
      ...result,
      nodes: result.nodes.filter(({ any }) =>
        any.some(({ data }) =>
          unjudged.includes((data as { messageKey?: string } | null)?.messageKey ?? ""),
        ),
      ),
    }));
    return [...serious, ...hidden].flatMap(({ id, nodes }) =>
      nodes.map(({ target, any, all, none }) => {
        const why = [...any, ...all, ...none].map(({ message }) => message).join("; ");
        return `${id}: ${target.join(" ")}: ${why}`;
      }),
    );
  }, UNJUDGED);
}

/** Fails where axe has a serious finding, or where the page scrolls sideways, in any theme at any width. */
export async function expectAccessible(page: Page, view: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      const found = await axeFindings(page);
      expect.soft(found, `${view}, ${colorScheme}, ${width} px`).toEqual([]);
    }
    expect.soft(await sidewaysOverflow(page), `${view}, ${width} px, px to scroll`).toBe(0);
  }
}
