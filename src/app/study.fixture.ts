/** A study on the page as tests need it: its worker is a port with handlers that the test gives. */
import type { Corpus } from "../core/corpus/corpus";
import { type Handlers, connect, serve } from "../protocol/rpc";
import type { StudyContract } from "../protocol/study";
import { openDatabase } from "../storage/db";
import { Device } from "./device.svelte";
import { StudyState } from "./study.svelte";

export const noQuestions: Corpus = { name: "demo", questions: [], recordedModel: "x" };

let databases = 0;

type Handler = Handlers<StudyContract>["runStudy"];

/** A study whose worker answers over a real port, as given. */
export async function studyWith(runStudy: Handler, onPause = () => {}) {
  const db = await openDatabase({ name: `study-${++databases}` });
  let terminated = 0;
  const startWorker = () => {
    const { port1, port2 } = new MessageChannel();
    serve<StudyContract>(port2, {
      start: async () => ({ backend: "cpu", description: "test", reasons: [] }),
      runStudy,
      sweep: () => Promise.reject(new Error("no sweep is asked for here")),
      remeasure: () => Promise.reject(new Error("nothing is measured again here")),
      merge: () => Promise.reject(new Error("nothing is merged here")),
      write: () => Promise.reject(new Error("nothing is written here")),
      embed: () => Promise.reject(new Error("nothing is embedded here")),
      pause: async () => {
        onPause();
        return null;
      },
    });
    const terminate = () => {
      terminated++;
      port1.close();
    };
    return { client: connect<StudyContract>(port1), terminate };
  };
  const device = new Device(startWorker, { demoModel: "", encoder: "", wasm: "", onnx: "" });
  const study = new StudyState(db, device, null, (id) => (id === "gone" ? null : noQuestions));
  return { db, device, study, terminated: () => terminated };
}

export const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
