import * as v from "valibot";
import { expect, test } from "vitest";
import { PpoConfig } from "./config";

test("what is left out has the default of TRL 0.11.4", () => {
  expect(v.parse(PpoConfig, {})).toEqual({
    learningRate: 1.41e-5,
    miniBatchSize: 128,
    gradientAccumulationSteps: 1,
    ppoEpochs: 4,
    gamma: 1,
    lambda: 0.95,
    clipRange: 0.2,
    clipRangeValue: 0.2,
    valueCoefficient: 0.1,
    initialKlCoefficient: 0.2,
    adaptiveKl: true,
    klTarget: 6,
    klHorizon: 10_000,
    klPenalty: "kl",
    whitenRewards: false,
    ratioThreshold: 10,
    ratioThresholdMode: "trl",
    maxGradNorm: null,
    clipGradient: "every-update", // TRL's own behaviour is "first-update"; no difference without maxGradNorm
    useScoreScaling: false,
    useScoreNorm: false,
    scoreClip: null,
    earlyStopping: false,
    targetKl: 1,
  });
});

test.each([
  [{ gamma: 1.1 }, "1"],
  [{ learningRate: 0 }, "0"],
  [{ klPenalty: "k3" }, "k3"],
  [{ vf_coef: 0.1 }, "vf_coef"],
])("refuses %o", (settings, named) => {
  expect(() => v.parse(PpoConfig, settings)).toThrow(named);
});
