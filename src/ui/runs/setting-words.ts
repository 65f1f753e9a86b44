/** Settings of runs as a reader says them. */
import type { SettingRow } from "../../core/study/config-diff";
import { inWords, labelOf } from "../setup/field-text";

/** "Learning rate (ppo)": the setting's own name first, then its group. */
export function settingName(path: readonly string[]): string {
  const name = labelOf({ path, description: null, nullable: false, input: { kind: "text" } });
  return path.length > 1 ? `${name} (${path.slice(0, -1).join(", ")})` : name;
}

export function settingValue(value: unknown): string {
  return value === undefined ? "–" : inWords(value);
}

/** What a run has other than the baseline, at a glance: "seed 2, passes 3 (rollouts) and 4 more". Empty where nothing. */
export function differenceWords(rows: readonly SettingRow[], shown = 3): string {
  const said = rows.slice(0, shown).map(({ path, values }) => {
    const group = path.length > 1 ? ` (${path.slice(0, -1).join(", ")})` : "";
    const name = settingName(path.slice(-1));
    const lower = name.replace(/^[A-Z](?=[a-z]*\b)/, (first) => first.toLowerCase()); // but KL, SaGE
    return `${lower} ${settingValue(values[0])}${group}`;
  });
  const more = rows.length - said.length;
  return said.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
