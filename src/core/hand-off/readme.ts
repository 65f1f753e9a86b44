/** README.md of a hand-off: how to go on, what means what, and what was not tried. */
import type { AdapterWeights } from "../adapter/peft";
import { BUILT_IN_ENCODER } from "../encode/encoder";
import type { StudyReport } from "../format/report";
import { parseTarget } from "../models/target";
import { methodName } from "../study/curves";
import type { HandOffRows } from "./rows";
import { departures, dpoSettings, grpoSettings, type TrlSetting } from "./trl-settings";

/** The adapter that the scripts go on with. */
export interface HandOffAdapter {
  readonly role: "lora" | "ppo";
  readonly cycle: number;
  readonly weights: AdapterWeights;
}

/** Which model the adapter belongs to, as transformers names it; null where it has to be given as a folder. */
export interface BaseModel {
  readonly name: string | null;
  readonly revision: string | null;
}

export interface ReadmeParts {
  readonly steadfast: string;
  readonly report: StudyReport;
  readonly adapter: HandOffAdapter;
  readonly model: BaseModel;
  readonly encoder: string;
  readonly rows: HandOffRows;
}

const ROWS: Readonly<Record<keyof HandOffRows, string>> = {
  sft: "`prompt`, `completion`: the aligned answers that passed the selection, for SFTTrainer",
  dpo: "`prompt`, `chosen`, `rejected`, and `source`: `feedback` where the target scored higher than the aligned model, `selection` where the aligned model passed",
  grpo: "`prompt`, `question_id`, `wording`, and `aligned`, the answers that the reward may be anchored to; a question's wordings in a row, in an order drawn from the seed",
  answers: "what both models said to the training questions, for pairs ranked by the reward",
  evaluation:
    "the held-out questions, with the aligned model's answers. Do not train on them: they are what a model is measured by",
};

export function readme({ steadfast, report, adapter, model, encoder, rows }: ReadmeParts): string {
  const { config, corpus } = report;
  const trained = adapter.role === "lora" ? "LoRA" : methodName(config);
  return `# Going on with ${report.target} in TRL

A study by Steadfast ${steadfast} on ${corpus.name} (seed ${report.seed}), to be trained further on other machines with TRL. \`adapter/\` is
its adapter after ${trained}, cycle ${adapter.cycle}. \`manifest.json\` has the SHA-256 of every file.

## Before you train

\`\`\`
pip install -r requirements.txt
python3 check.py
\`\`\`

\`check.py\` computes the losses, advantages and rewards in \`expected.json\` again, which Steadfast wrote with the study's settings, and says where
one differs by more than 1e-6.

${baseText(report, model)}

## Train

\`\`\`
accelerate launch --config_file accelerate.yaml train_dpo.py ${modelFlag(model)}--out dpo
accelerate launch --config_file accelerate.yaml train_grpo.py ${modelFlag(model)}--out grpo
\`\`\`

Each writes its adapter to \`adapter/\` in the folder of \`--out\`. \`--pairs feedback selection ranked\` adds pairs of the target's own answers, ranked
by the reward, to DPO. For more GPUs change \`num_processes\` and \`distributed_type\` in \`accelerate.yaml\`.

In GRPO a device's batch holds whole questions: all wordings, \`num_generations\` answers each. The reward compares what it is given in one call,
so leave \`shuffle_dataset\` off and change the batch by \`--questions-per-device\` alone. Questions that do not fill a last batch are not used.

## The reward

\`reward.py\` pays by \`${config.rollouts.reward}\` with the study's settings. It needs an encoder: \`--encoder\` takes a model of sentence-transformers, as NAME or NAME@REVISION
(\`${encoder}\` unless you say otherwise) or \`FILE.py:FUNCTION\`, a function from a list of texts to their vectors.
${encoderText(config.encoder, encoder)}

## Data

| file | rows | what |
| --- | ---: | --- |
${Object.entries(ROWS)
  .map(
    ([name, what]) =>
      `| \`data/${name}.jsonl\` | ${rows[name as keyof HandOffRows].length} | ${what} |`,
  )
  .join("\n")}

## Settings

\`config.json\` is the study's; \`settings.json\` what TRL is given. Learning rates are AdamW's, without warm-up.

${settingsTable("DPOConfig", dpoSettings(config))}

${settingsTable("GRPOConfig", grpoSettings(config))}

What TRL does otherwise:

${departures(config)
  .map((sentence) => `- ${sentence}`)
  .join("\n")}

## Back into Steadfast

\`\`\`
npm run steadfast -- answer --corpus ${corpusFlag(config.corpus)} --model ${targetFlag(config.target)} --adapter grpo/adapter --out answers.csv
npm run steadfast -- score answers.csv
\`\`\`

## What was tried

The scripts ran with the versions of \`requirements.txt\` on a CPU, in one process and GRPO in two, with Steadfast's demo model and a made-up
encoder, and Steadfast read their adapters again. They have not run on a GPU, on several machines, with a larger model, or with the encoder named above.
`;
}

function baseText({ config, target }: StudyReport, model: BaseModel): string {
  if (model.name !== null) {
    return `The base model is \`${model.name}\` of the hub, revision \`${model.revision}\`; \`--model\` takes another place.`;
  }
  const { kind } = parseTarget(config.target);
  return kind === "demo"
    ? "The base model is Steadfast's demo model. Write it as a folder first: `npm run steadfast -- export --model demo --out base`."
    : `The base model is ${target}, from files of your own: give their folder as \`--model\` (here \`base\`). The adapter fits no other.`;
}

function encoderText(own: string, encoder: string): string {
  return own === BUILT_IN_ENCODER
    ? `The study's own encoder, Universal Sentence Encoder lite, has no counterpart there. \`${encoder}\` is what SaGE was published with: its scores and
the study's do not compare.`
    : "That is the study's encoder. A repository that holds ONNX files alone has to be given as a function.";
}

function settingsTable(title: string, settings: readonly TrlSetting[]): string {
  const lines = settings.map(
    ({ name, value, from }) => `| \`${name}\` | ${JSON.stringify(value)} | ${from} |`,
  );
  return [`| ${title} | value | from |`, "| --- | --- | --- |", ...lines].join("\n");
}

const modelFlag = ({ name }: BaseModel) => (name === null ? "--model base " : "");
/** What the command line can open; a study of the page may name what lies in a browser alone. */
function targetFlag(target: string): string {
  const { kind } = parseTarget(target);
  return kind !== "files" && /^[\w:@./-]+$/.test(target) ? target : "MODEL";
}
const corpusFlag = (corpus: string) =>
  /^[\w./-]+$/.test(corpus) && !BROWSER_ID.test(corpus) ? corpus : "CORPUS";
const BROWSER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
