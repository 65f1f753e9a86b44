import type { StudyConfigInput } from "../../src/core/study/config";

/** Every step of the demo study with as little work as SwiftShader gets through in a minute or two. */
export const quickestStudy: StudyConfigInput = {
  preset: "recommended",
  questions: { evaluation: 2, alwaysEvaluate: [1, 2], perCycle: 2 },
  sampling: { maxNewTokens: 4 },
  selection: { start: 0.5, floor: 0.3 },
  sft: { steps: 1, batchSize: 2, microBatch: 2 },
  rollouts: { passes: 1, maxSteps: 1 },
  ppo: { ppoEpochs: 1, miniBatchSize: 5 },
};
