/** Whether hands find everything: by Tab, with a ring that shows where one is, and by finger on a phone. */
import { type Page, expect } from "@playwright/test";

const FOCUSABLE =
  'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex="0"]';

/** px by which the page is wider than the window. */
export const sidewaysOverflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Controls in view that are smaller than `least` px in either direction, the open dialog's if there is one. */
export const smallControls = (page: Page, least: number): Promise<string[]> =>
  page.evaluate(
    ([focusable, least]) =>
      [...(document.querySelector("dialog[open]") ?? document).querySelectorAll(focusable)]
        .filter((control) => control.checkVisibility())
        .flatMap((control) => {
          const { width, height } = control.getBoundingClientRect();
          const name = control.ariaLabel ?? control.textContent.trim();
          return Math.min(width, height) < least ? [`${name}: ${width} × ${height}`] : [];
        }),
    [FOCUSABLE, least] as const,
  );

/**
 * Goes through the page, or the open dialog, by Tab and fails unless each control that can be used was reached, each
 * with a ring of 2 px that is not transparent. Of a group of radio buttons Tab reaches one.
 */
export async function expectReachable(page: Page, view: string): Promise<void> {
  const wanted = await page.evaluateHandle((focusable) => {
    const root = document.querySelector("dialog[open]") ?? document.body;
    const groups = new Set<string>();
    return [...root.querySelectorAll<HTMLInputElement>(focusable)].filter((control) => {
      if (control.disabled || !control.checkVisibility()) return false;
      if (control.type !== "radio") return true;
      const isFirst = !groups.has(control.name);
      groups.add(control.name);
      return isFirst;
    });
  }, FOCUSABLE);
  const count = await wanted.evaluate((controls) => controls.length);
  const reached = new Map<number, boolean>();
  for (let press = 0; press < 2 * count && reached.size < count; press++) {
    await page.keyboard.press("Tab");
    const { index, hasRing } = await wanted.evaluate((controls) => {
      const active = document.activeElement as HTMLInputElement;
      const index = controls.findIndex(
        (control) =>
          control === active ||
          (control.type === "radio" && active.type === "radio" && control.name === active.name),
      );
      // A radio button that lies unseen over its label leaves the ring to it.
      const ringed = getComputedStyle(active).opacity === "0" ? active.closest("label")! : active;
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(ringed);
      const isSeen = outlineStyle !== "none" && !/\/ 0\)|, 0\)$/.test(outlineColor);
      return { index, hasRing: isSeen && Number.parseFloat(outlineWidth) >= 2 };
    });
    if (index >= 0) reached.set(index, hasRing);
  }
  const names = await wanted.evaluate((controls) =>
    controls.map(({ ariaLabel, textContent, id }) => ariaLabel ?? (textContent.trim() || id)),
  );
  const missed = names.filter((_, i) => !reached.has(i));
  const ringless = names.filter((_, i) => reached.get(i) === false);
  expect.soft({ missed, ringless }, `${view}, by Tab`).toEqual({ missed: [], ringless: [] });
}
