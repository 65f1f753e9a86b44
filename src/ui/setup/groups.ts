/** What each group of settings is about, by its key in the schema. */
export const GROUPS: Readonly<Record<string, { readonly title: string; readonly about: string }>> =
  {
    questions: {
      title: "Questions",
      about: "Which are held out for evaluation, and how many train",
    },
    sampling: { title: "Sampling", about: "How the target draws its answers" },
    sage: { title: "SaGE", about: "How consistency is scored" },
    selection: { title: "Selection", about: "The falling threshold for aligned answers" },
    adapter: { title: "LoRA adapter", about: "The few weights that are trained" },
    sft: { title: "LoRA training", about: "Learning from the selected answers" },
    rollouts: {
      title: "Training on after LoRA",
      about: "By which method, from which answers, and what they are paid for",
    },
    reward: { title: "Reward blend", about: "What the reward “blend” is mixed of" },
    ppo: { title: "PPO optimisation", about: "How far a step goes, and what holds it back" },
    rloo: { title: "RLOO", about: "Answers against the mean of the others" },
    grpo: { title: "GRPO", about: "Answers against their group, in its deviations" },
    dpo: { title: "DPO", about: "Pairs of answers, the more consistent one preferred" },
    cycles: { title: "Cycles", about: "How often all of it is repeated, and when it ends" },
    pinned: {
      title: "Pinned questions",
      about: "What the model says to a few questions as it learns; results are the same",
    },
    checkpoints: {
      title: "Checkpoints",
      about: "How often training is saved, to go on from there; results are the same",
    },
    statistics: { title: "Statistics", about: "Intervals" },
  };
