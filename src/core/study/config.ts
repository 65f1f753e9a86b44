/** Every setting of a study. One schema is the type, the defaults, the check of a file, and the text of form and CLI. */
import { PASSWORD_REFUSED, holdsPassword } from "./address";
import * as v from "valibot";
import { AdapterConfig } from "../adapter/config";
import { QUESTION_SLOT } from "../answers/prompt";
import { parseQuestionId } from "../corpus/corpus";
import { DpoConfig } from "../dpo/config";
import { BUILT_IN_ENCODER } from "../encode/encoder";
import { GrpoConfig, RlooConfig } from "../group-rl/config";
import { DEFAULT_HUB } from "../models/target";
import { PpoConfig } from "../ppo/config";
import { REWARD_NAMES, RewardConfig } from "../rewards/config";
import { SftConfig } from "../sft/config";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const questionId = v.union([v.number(), v.pipe(v.string(), v.transform(parseQuestionId))]);

const about = v.description;

export const Sampling = v.strictObject({
  temperature: v.optional(
    v.pipe(v.number(), v.minValue(0), about("0 always takes the likeliest token")),
    0.8,
  ),
  topK: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      about("Keep the k likeliest tokens; 0 keeps all"),
    ),
    0,
  ),
  topP: v.optional(
    v.pipe(
      v.number(),
      v.gtValue(0),
      v.maxValue(1),
      about("Keep the likeliest tokens up to this mass"),
    ),
    1,
  ),
  maxNewTokens: v.optional(v.pipe(count, about("Longest answer, in tokens")), 48),
});
export type Sampling = v.InferOutput<typeof Sampling>;

const NO_PASSWORD = v.check((address: string) => !holdsPassword(address), PASSWORD_REFUSED);

const ChatAligned = v.pipe(
  v.strictObject({
    kind: v.literal("chat"),
    baseUrl: v.pipe(
      v.string(),
      v.url(),
      NO_PASSWORD,
      about("Address of an OpenAI-compatible API, ending in /v1"),
    ),
    model: v.pipe(v.string(), v.nonEmpty(), about("Model id, as the server names it")),
    temperature: v.optional(
      v.pipe(v.number(), v.minValue(0), v.maxValue(2), about("0 always takes the likeliest token")),
      0.8,
    ),
    maxTokens: v.optional(v.pipe(count, about("Longest answer, in tokens of the API")), 256),
    instruction: v.optional(
      v.pipe(
        v.string(),
        v.includes(QUESTION_SLOT),
        about(`What the model is told; ${QUESTION_SLOT} stands for the question`),
      ),
      `Answer this question in one short paragraph of plain text. Question: ${QUESTION_SLOT}`,
    ),
    requestsAtOnce: v.optional(
      v.pipe(
        count,
        about("Requests on the way at the same time; a server's own limits are heeded besides"),
      ),
      4,
    ),
    timeoutSeconds: v.optional(
      v.pipe(
        v.number(),
        v.gtValue(0),
        about("Seconds to wait for one reply before it is asked for again"),
      ),
      300,
    ),
    inputPrice: v.optional(
      v.nullable(
        v.pipe(
          v.number(),
          v.minValue(0),
          about("Price of a million tokens sent; empty if unknown"),
        ),
      ),
      null,
    ),
    outputPrice: v.optional(
      v.nullable(
        v.pipe(
          v.number(),
          v.minValue(0),
          about("Price of a million tokens received; empty if unknown"),
        ),
      ),
      null,
    ),
    budget: v.optional(
      v.nullable(
        v.pipe(
          v.number(),
          v.gtValue(0),
          about(
            "Pause before more than this is spent, in the currency of the prices; empty for no limit",
          ),
        ),
      ),
      null,
    ),
    tokenBudget: v.optional(
      v.nullable(
        v.pipe(count, about("Pause before more tokens than this are used; empty for no limit")),
      ),
      null,
    ),
  }),
  v.forward(
    v.check(
      ({ budget, inputPrice, outputPrice }) =>
        budget === null || (inputPrice !== null && outputPrice !== null),
      "A budget in money needs both prices. Enter them, or limit the tokens instead",
    ),
    ["budget"],
  ),
);

/** Settings of an API that change what it costs and how long it takes, and no answer. */
export const PAYING: ReadonlySet<string> = new Set([
  ...["requestsAtOnce", "timeoutSeconds", "inputPrice", "outputPrice", "budget", "tokenBudget"],
]);

export const AlignedConfig = v.variant("kind", [
  v.strictObject({ kind: v.literal("recorded") }),
  ChatAligned,
]);
export type AlignedConfig = v.InferOutput<typeof AlignedConfig>;

/** How the model goes on learning after LoRA. */
export const METHODS = ["ppo", "rloo", "grpo", "dpo"] as const;

export const StudyConfig = v.strictObject({
  preset: v.pipe(
    v.picklist(["recommended", "report"]),
    about("Where settings that you leave out come from"),
  ),
  seed: v.optional(
    v.pipe(v.number(), v.safeInteger(), v.minValue(0), about("Decides every random draw")),
    1,
  ),
  corpus: v.optional(
    v.pipe(v.string(), about('"demo", "everyday-ethics", or a corpus of yours')),
    "demo",
  ),
  target: v.optional(
    v.pipe(
      v.string(),
      v.nonEmpty(),
      about(
        'The model that is studied, a GPT-2 or one in ONNX (without training): "demo", "hub:owner/name@revision", or a folder in the hub\'s layout on the command line',
      ),
    ),
    "demo",
  ),
  targetHost: v.optional(
    v.pipe(
      v.string(),
      v.url(),
      NO_PASSWORD,
      about("Address of the target's hub or a mirror; asked for nothing else"),
    ),
    DEFAULT_HUB,
  ),
  encoder: v.optional(
    v.pipe(
      v.string(),
      v.nonEmpty(),
      about(
        'What compares answers: "use-lite" (built in), or a sentence encoder in ONNX: "owner/name" of a hub on the ' +
          "page, a folder on the command line. Agreement with people (ROC-AUC, 978 pairs of answers): use-lite .717, " +
          "stsb-distilroberta-base-v2, the published reference, .771. Scores by different encoders can't be compared",
      ),
    ),
    BUILT_IN_ENCODER,
  ),
  encoderHost: v.optional(
    v.pipe(
      v.string(),
      v.url(),
      NO_PASSWORD,
      about("Address of that hub or a mirror; asked only for an encoder other than use-lite"),
    ),
    "https://huggingface.co",
  ),
  aligned: v.optional(AlignedConfig, { kind: "recorded" }),
  prompt: v.optional(
    v.pipe(v.string(), v.includes(QUESTION_SLOT), about("What the target reads")),
    `Question: ${QUESTION_SLOT}\nAnswer:`,
  ),
  questions: v.optional(
    v.strictObject({
      evaluation: v.optional(
        v.pipe(count, about("Held-out questions, the same in every cycle")),
        12,
      ),
      alwaysEvaluate: v.optional(
        v.pipe(v.array(questionId), about("Ids that are held out in any case")),
        [],
      ),
      perCycle: v.optional(
        v.nullable(v.pipe(count, about("Training questions drawn a cycle; empty takes all"))),
        null,
      ),
    }),
    {},
  ),
  sampling: v.optional(Sampling, {}),
  sage: v.optional(
    v.strictObject({
      sageExponent: v.optional(
        v.pipe(v.number(), v.gtValue(0), about("Power on a node's strength")),
        10,
      ),
      nodes: v.optional(
        v.pipe(
          v.picklist(["position", "text"]),
          about('"text" merges equal answers, as the published code does'),
        ),
        "position",
      ),
    }),
    {},
  ),
  selection: v.optional(
    v.strictObject({
      start: v.optional(v.pipe(fraction, about("Threshold for the first question")), 0.9),
      floor: v.optional(v.pipe(fraction, about("It never falls below this")), 0.7),
      decay: v.optional(v.pipe(fraction, about("Factor after each question")), 0.95),
    }),
    {},
  ),
  adapter: v.optional(AdapterConfig, {}),
  sft: v.optional(SftConfig, {}),
  rollouts: v.optional(
    v.strictObject({
      enabled: v.optional(
        v.pipe(v.boolean(), about("Train on after LoRA, from answers of its own")),
        true,
      ),
      method: v.optional(
        v.pipe(
          v.picklist(METHODS),
          about(
            "What it learns by: PPO (with a value head), RLOO or GRPO (answers compared with one another), or DPO (pairs of answers)",
          ),
        ),
        "ppo",
      ),
      batch: v.optional(
        v.pipe(
          v.picklist(["question", "answer"]),
          about(
            "PPO: one step for a question's answers together, or for each answer alone; the others compare answers",
          ),
        ),
        "question",
      ),
      samples: v.optional(v.pipe(count, about("Answers sampled for each wording at a time")), 1),
      passes: v.optional(v.pipe(count, about("Times through the cycle's training questions")), 2),
      maxSteps: v.optional(v.nullable(v.pipe(count, about("Stop after so many steps"))), null),
      temperature: v.optional(
        v.pipe(
          v.number(),
          v.gtValue(0),
          about(
            "Of the sampled answers; the policy is scored at 1, and at another its KL is biased",
          ),
        ),
        1,
      ),
      reference: v.optional(
        v.pipe(
          v.picklist(["base", "start"]),
          about(
            "What KL is measured from: the pretrained model (classic TRL) or the LoRA model that this training starts from",
          ),
        ),
        "start",
      ),
      reward: v.optional(
        v.pipe(v.picklist(REWARD_NAMES), about("What an answer is paid for")),
        "mean-similarity",
      ),
    }),
    {},
  ),
  reward: v.optional(RewardConfig, {}),
  ppo: v.optional(PpoConfig, {}),
  rloo: v.optional(RlooConfig, {}),
  grpo: v.optional(GrpoConfig, {}),
  dpo: v.optional(DpoConfig, {}),
  cycles: v.optional(
    v.strictObject({
      max: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(0),
          about("Cycles at most; 0 answers and scores the held-out questions, and trains nothing"),
        ),
        1,
      ),
      patience: v.optional(
        v.pipe(count, about("Stop after so many cycles without a better model")),
        1,
      ),
      minimumGain: v.optional(
        v.pipe(v.number(), v.minValue(0), about("A smaller rise of mean SaGE is none")),
        0,
      ),
      atLeast: v.optional(
        v.pipe(count, about("Cycles before a score that no longer rises may end the study")),
        1,
      ),
    }),
    {},
  ),
  pinned: v.optional(
    v.strictObject({
      questions: v.optional(
        v.pipe(
          v.array(questionId),
          v.maxLength(10, "At most 10 questions can be pinned"),
          v.check((ids) => new Set(ids).size === ids.length, "An id stands twice; name each once"),
          about("Ids of questions of the corpus; empty takes the first three held-out ones"),
        ),
        [],
      ),
      times: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(0),
          v.maxValue(50, "At most 50 times a training"),
          about(
            "Times that the model is asked in LoRA, and again after it. Each costs as many answers as questions are pinned; 0 asks never",
          ),
        ),
        4,
      ),
    }),
    {},
  ),
  checkpoints: v.optional(
    v.strictObject({
      everySteps: v.optional(
        v.pipe(count, about("Training steps from one checkpoint to the next")),
        25,
      ),
      everyMinutes: v.optional(
        v.pipe(v.number(), v.gtValue(0), about("Minutes to the next one, if it comes first")),
        2,
      ),
      keep: v.optional(v.pipe(count, about("Checkpoints kept of the training under way")), 2),
    }),
    {},
  ),
  statistics: v.optional(
    v.strictObject({
      replicates: v.optional(v.pipe(count, about("Bootstrap draws over questions")), 2000),
      confidence: v.optional(
        v.pipe(v.number(), v.gtValue(0), v.ltValue(1), about("How sure an interval is to hold")),
        0.95,
      ),
    }),
    {},
  ),
});
export type StudyConfig = v.InferOutput<typeof StudyConfig>;
export type StudyConfigInput = v.InferInput<typeof StudyConfig>;
