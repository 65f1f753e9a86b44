import { tick } from "svelte";

/** Gives an element the focus if what had it went away, or can have it no longer: else keys are heard nowhere. */
export async function keepFocus(element: HTMLElement | null | undefined): Promise<void> {
  await tick();
  const focused = document.activeElement;
  if (focused === null || focused === document.body || focused.matches(":disabled")) {
    element?.focus();
  }
}
