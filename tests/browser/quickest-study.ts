import type { StudyConfigInput } from "../../src/core/study/config";

/** Every step of the demo study with as little work as SwiftShader gets through in minutes. */
export const quickestStudy: StudyConfigInput = {
  preset: "recommended",
  questions: { evaluation: 4, alwaysEvaluate: [1, 2, 3, 4], perCycle: 4 },
  sampling: { maxNewTokens: 6 },
  sft: { steps: 2, batchSize: 2, microBatch: 2 },
  rollouts: { passes: 1, maxSteps: 1 },
  ppo: { ppoEpochs: 1, miniBatchSize: 5 },
  selection: { start: 0.5, floor: 0.3 },
};
