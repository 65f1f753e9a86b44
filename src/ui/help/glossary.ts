/** The words that a newcomer may not know, each in a sentence or two. The help panel lists them; Term shows one where it stands. */

export interface Entry {
  readonly word: string;
  readonly meaning: string;
}

export const GLOSSARY = [
  {
    word: "Adapter",
    meaning: "The small set of weights that training makes. The model itself stays as it is; with the adapter beside it, it answers as trained.", // prettier-ignore
  },
  {
    word: "Advantage",
    meaning:
      "How much better an answer was paid than was to be expected. PPO makes answers with a positive one likelier.",
  },
  {
    word: "Aligned model",
    meaning: "A model that answers moral questions consistently. Its answers, where they agree with one another, are what the target learns from.", // prettier-ignore
  },
  {
    word: "Baseline",
    meaning: "The target as it is before any training. Every gain is measured against it.",
  },
  {
    word: "Bootstrap",
    meaning:
      "The questions are drawn again and again, with repeats, to see how much a mean depends on which were asked. It gives the 95 % interval.",
  },
  {
    word: "Control",
    meaning: "The similarity of answers to different questions. Where it rises as much as SaGE, the model has learned to say the same to everything.", // prettier-ignore
  },
  {
    word: "Decay",
    meaning:
      "The factor by which the threshold falls after each question, until it reaches its floor.",
  },
  {
    word: "Encoder",
    meaning:
      "A model that turns a text into numbers, so that texts of like meaning lie close together. It sees topic better than stance.",
  },
  {
    word: "Evenness",
    meaning: "1 where every answer is as close to the rest as any other; lower where one stands apart. The second factor of SaGE.", // prettier-ignore
  },
  {
    word: "Held-out question",
    meaning: "A question that training never sees. Models are compared on these alone.",
  },
  {
    word: "KL",
    meaning: "How far the trained model's word choices have gone from those of its reference, in nats. A high one means that it has become another model.", // prettier-ignore
  },
  {
    word: "LoRA",
    meaning: "Low-rank adaptation: training adds two thin matrices to some weights and changes only these. It needs a fraction of the memory.", // prettier-ignore
  },
  {
    word: "Loss",
    meaning: "How surprised the model is by the answers that it learns, in nats a token. It falls as it learns them.", // prettier-ignore
  },
  {
    word: "Permutation p",
    meaning: "How often a difference as large comes about if the two models are the same. Below .05 it is more than noise, as a rule of thumb.", // prettier-ignore
  },
  {
    word: "PPO",
    meaning: "Proximal policy optimisation: the model answers, each answer is paid, and answers that were paid well become a little likelier, step by step.", // prettier-ignore
  },
  {
    word: "Rollout",
    meaning: "An answer that the model gives while it is trained, kept with its tokens and their probabilities.", // prettier-ignore
  },
  {
    word: "Rule of thumb",
    meaning:
      "The moral principle behind an answer, in a sentence. Where each answer has one, the command “score” mixes them into SaGE (0.8 answers, 0.2 rules); a study compares answers alone.",
  },
  {
    word: "SaGE",
    meaning: "Semantic Graph Entropy: the mean similarity of a question's answers times their evenness. 1 means that all wordings were answered alike.", // prettier-ignore
  },
  {
    word: "Seed",
    meaning: "The number that decides every random draw. The same seed and settings give the same study.", // prettier-ignore
  },
  {
    word: "Target",
    meaning: "The model that is studied and trained: a GPT-2.",
  },
  {
    word: "Threshold",
    meaning: "How consistent an aligned model's answers must be to be learned from. It starts high and falls question by question.", // prettier-ignore
  },
  {
    word: "Token",
    meaning: "What a model reads and writes: a word, or a part of one.",
  },
  {
    word: "α",
    meaning: "Krippendorff's α: how far people's labels agree beyond chance. 1 is full agreement, 0 is chance; .8 is a common demand.", // prettier-ignore
  },
] as const satisfies readonly Entry[];

export type Word = (typeof GLOSSARY)[number]["word"];

export function meaningOf(word: Word): string {
  return GLOSSARY.find((entry) => entry.word === word)!.meaning;
}
