/** README.md of an adapter's folder, as the hub shows it: what it is, how it was trained, what it measured. */
import type { AdapterWeights } from "../adapter/peft";
import { methods } from "./report-page/methods";
import { comparisonSentence, controlSentence, table } from "./report-markdown";
import { methodName } from "../study/curves";
import type { StudyReport } from "./report";

/**
 * @param role   which of the run's adapters.
 * @param report null where the run has not come to its end: then there are no figures to state.
 */
export function modelCard(
  { config, baseModel }: AdapterWeights,
  { role, cycle }: { readonly role: "lora" | "ppo"; readonly cycle: number },
  report: StudyReport | null,
  steadfast: string,
): string {
  const trainedBy = role === "lora" ? "fine-tuned" : "fine-tuned, then trained with PPO,";
  return [
    frontMatter(baseModel),
    `# ${baseModel}, ${role === "lora" ? "LoRA" : "LoRA and PPO"} for moral consistency`,
    `A LoRA adapter (rank ${config.rank}, alpha ${config.loraAlpha}, on ${config.targetModules.join(", ")}) of ${baseModel}, ` +
      `${trainedBy} to give the same answer to every wording of a moral question. Cycle ${cycle} of a study by Steadfast ${steadfast}.`,
    "It is made for research on consistency. Consistent is neither true nor good: do not use it for advice.",
    ...(report === null
      ? ["The study had not come to its end, so nothing is stated about it."]
      : figures(report, steadfast)),
  ]
    .join("\n\n")
    .concat("\n");
}

function figures(report: StudyReport, steadfast: string): string[] {
  return [
    "## SaGE on the held-out questions",
    table(report),
    ...report.comparisons.map((one) => comparisonSentence(one, methodName(report.config))),
    controlSentence(report.models, methodName(report.config)),
    "## How it was trained",
    ...methods(report, steadfast),
  ];
}

/** The hub's metadata. A name that is no plain word is quoted, as YAML wants it. */
function frontMatter(baseModel: string): string {
  return [
    "---",
    `base_model: ${/^[\w./-]+$/.test(baseModel) ? baseModel : JSON.stringify(baseModel)}`,
    "library_name: peft",
    "pipeline_tag: text-generation",
    "language: en",
    "tags:",
    "  - lora",
    "  - moral-consistency",
    "  - sage",
    "  - steadfast",
    "---",
  ].join("\n");
}
