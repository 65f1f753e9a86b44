/**
 * A cross-encoder of natural-language inference in ONNX: premise and hypothesis go in together, logits [1, 3] come out,
 *
 *   p = softmax(z),
 *
 * and the model's own config.json says which of the three is contradiction, neutral and entailment (Bowman et al. 2015,
 * arXiv:1508.05326).
 */
import type { PreTrainedModel, PreTrainedTokenizer } from "@xenova/transformers";
import type { Inference, InferenceModel } from "../../core/measures/contradictions";
import { messageOf } from "../../core/message-of";
import { revisionOf } from "../encoder/onnx-encoder";
import { type OnnxFiles, readOnnxFiles } from "../encoder/onnx-files";
import { withBundle } from "../encoder/onnx-runtime";
import type { OnnxSource } from "../encoder/onnx-encoder";
import { yieldTo } from "../encoder/yield-to";

const LABELS = ["contradiction", "neutral", "entailment"] as const;
type Places = Readonly<Record<(typeof LABELS)[number], number>>;

/** Has a session open: `dispose` closes it. */
export interface OnnxInferenceModel extends InferenceModel {
  dispose(): Promise<void>;
}

/**
 * Loads the model. Pairs are judged one at a time on one thread, so that a result depends on no other pair. A pair longer than
 * the model takes is cut at its end.
 *
 * @throws Error naming the missing file, or saying that the model has not these three labels.
 */
export async function loadOnnxInference(source: OnnxSource): Promise<OnnxInferenceModel> {
  const { name, place, runtimeUrl } = source;
  const files = await readOnnxFiles(source.files, place);
  const places = labelPlaces(files, place);
  const revision = await revisionOf(source, files);
  const { tokenizer, model } = await open(files, place, runtimeUrl);

  return {
    name,
    revision,
    async infer(pairs, { signal, onProgress } = {}) {
      const results: Inference[] = [];
      for (const { premise, hypothesis } of pairs) {
        await yieldTo(signal);
        const options = { text_pair: hypothesis, truncation: true };
        const { logits } = (await model(tokenizer(premise, options))) as {
          logits: { readonly data: Float32Array; readonly dims: readonly number[] };
        };
        results.push(probabilities(logits.data, places, place));
        onProgress?.(results.length, pairs.length);
      }
      return results;
    },
    async dispose() {
      await model.dispose();
    },
  };
}

async function open({ bundle, quantized }: OnnxFiles, place: string, runtimeUrl: string | null) {
  return withBundle(bundle, runtimeUrl, async (transformers, id) => {
    const { AutoTokenizer, AutoModelForSequenceClassification } = transformers;
    try {
      const tokenizer: PreTrainedTokenizer = await AutoTokenizer.from_pretrained(id);
      const model: PreTrainedModel = await AutoModelForSequenceClassification.from_pretrained(id, {
        device: runtimeUrl === null ? "cpu" : "wasm",
        dtype: quantized ? "q8" : "fp32",
        session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
      });
      return { tokenizer, model };
    } catch (cause) {
      const reason = messageOf(cause);
      throw new Error(`${place} can't be run as a model of inference: ${reason}`, { cause });
    }
  });
}

function labelPlaces({ bundle }: OnnxFiles, place: string): Places {
  const config = JSON.parse(new TextDecoder().decode(bundle.get("config.json"))) as {
    readonly id2label?: Readonly<Record<string, unknown>>;
  };
  const named = Object.entries(config.id2label ?? {}).map(
    ([id, label]) => [String(label).toLowerCase(), Number(id)] as const,
  );
  const places = new Map(named);
  if (named.length === LABELS.length && LABELS.every((label) => places.has(label))) {
    return Object.fromEntries(LABELS.map((label) => [label, places.get(label)!])) as Places;
  }
  const found = named.map(([label]) => label).join(", ") || "none";
  throw new Error(
    `${place} is no model of natural-language inference: its labels in config.json are ${found}, ` +
      `not ${LABELS.join(", ")}. Choose a cross-encoder trained on SNLI or MultiNLI.`,
  );
}

function probabilities(logits: Float32Array, places: Places, place: string): Inference {
  if (logits.length !== LABELS.length || !logits.every(Number.isFinite)) {
    throw new Error(`${place} gave ${logits.length} logits (${logits.join(", ")}), not 3 numbers`);
  }
  const largest = Math.max(...logits);
  const powers = LABELS.map((label) => Math.exp(logits[places[label]]! - largest));
  const total = powers.reduce((a, b) => a + b);
  const [contradiction, neutral, entailment] = powers.map((power) => power / total) as [
    number,
    number,
    number,
  ];
  return { contradiction, neutral, entailment };
}
