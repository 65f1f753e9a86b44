/** The comparison that comes along: what LoRA gains, and what each method adds to it, on the demo's model and questions. */
import type { StudyConfigInput } from "../study/config";
import { METHOD_SETTINGS } from "./method-settings";

/**
 * By name, in the order in which they are to stand. All start from the same LoRA model (with one seed), and sample as many
 * answers of the same length to the same questions.
 */
export const DEMO_METHODS: Readonly<Record<string, StudyConfigInput>> = Object.fromEntries(
  Object.entries(METHOD_SETTINGS).map(([name, settings]) => [
    name,
    { preset: "recommended", ...settings },
  ]),
);

/** Seeds of each unless more or fewer are asked for. */
export const DEMO_SEEDS = 3;
