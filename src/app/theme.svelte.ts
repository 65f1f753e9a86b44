export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "steadfast.theme";

/** Light, dark, or as the system has it. Kept on this device. */
export class ThemeState {
  choice = $state.raw<Theme>("system");

  constructor() {
    this.reread();
  }

  reread(): void {
    const stored = localStorage.getItem(KEY);
    this.choose(THEMES.find((theme) => theme === stored) ?? "system");
  }

  choose(theme: Theme): void {
    this.choice = theme;
    localStorage.setItem(KEY, theme);
    document.documentElement.dataset["theme"] = theme;
  }
}
