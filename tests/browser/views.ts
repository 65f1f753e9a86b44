/** Every view of the app by its address, each with a heading by which it is known to be there. */
export const VIEWS = [
  ["#/home", /^Does a model answer/],
  ["#/study", /./],
  ["#/study/example", /recorded/],
  ["#/map/example", /^Map of questions/],
  ["#/select/example", /^Selection, replayed/],
  ["#/question/example/1", /\?$/],
  ["#/compare", /^Compare two models/],
  ["#/runs", /^Runs/],
  ["#/methods", /^Compare methods/],
  ["#/corpus", /./],
  ["#/setup", /^Set-up/],
  ["#/label", /^Label/],
  ["#/agreement", /^Agreement/],
  ["#/storage", /^Storage/],
  ["#/self-test", /^Self-test/],
] as const;

/** Those of them that hold something of the user's own, or of the device, by the page's name. */
export const PAGES = [
  ...["study", "corpus", "setup", "runs", "methods"],
  ...["label", "agreement", "storage", "self-test"],
];
