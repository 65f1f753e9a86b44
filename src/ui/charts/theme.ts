/** What drawings on a canvas need to know of the theme: a canvas has no CSS variables. */

/** The colour that a CSS colour, such as var(--ppo), has within an element just now. */
export function resolveColour(element: HTMLElement, colour: string): string {
  const before = element.style.color;
  element.style.color = colour;
  const resolved = getComputedStyle(element).color;
  element.style.color = before;
  return resolved;
}

/** Calls back whenever the colours change: by the user's choice, or with the system. Returns what ends it. */
export function onThemeChange(changed: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", changed);
  const themed = new MutationObserver(changed);
  themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    dark.removeEventListener("change", changed);
    themed.disconnect();
  };
}
