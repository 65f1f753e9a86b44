/**
 * Training against the golden gpt2_lora.json (`sft_runs`), ppo.json and, where it lies there, group_rl.json, for any folder in that format: sizes, seeds,
 * settings and names are read from the files. Runs on the current backend. Format and tolerances: golden/README.md.
 */
import type { CaseResult, FolderReader } from "./case";
import { groupRlEngineCases } from "./group-rl-engine-cases";
import { ppoCases } from "./ppo-cases";
import { ppoUnitCases } from "./ppo-unit-cases";
import { sftCases } from "./sft-cases";

export async function* trainingCases(dir: FolderReader): AsyncGenerator<CaseResult> {
  yield* sftCases(dir);
  yield* ppoCases(dir);
  yield* ppoUnitCases(dir);
  yield* groupRlEngineCases(dir);
}
