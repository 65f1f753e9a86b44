import type { Answer, AnswerSet } from "../core/answers/answer";
import type { QuestionId } from "../core/corpus/corpus";
import type { StudyConfig } from "../core/study/config";
import { continueConfig } from "../core/study/continue";
import { demoStudy, quick, resolveConfig } from "../core/study/presets";
import { adapterOf } from "../storage/adapters";
import { answersOf } from "../storage/answers";
import { type Database, openDatabase } from "../storage/db";
import { withWords } from "../storage/runs";
import { getTask } from "../storage/tasks";
import { AgreementState } from "./agreement.svelte";
import { CompareState } from "./compare.svelte";
import { CorporaState } from "./corpora.svelte";
import { CorpusImport } from "./corpus-import.svelte";
import { Device } from "./device.svelte";
import type { DraftReview } from "./draft-review.svelte";
import { type EarlierRunHere, earlierRun } from "./earlier-run";
import { EXAMPLE_ID, ExampleState } from "./example.svelte";
import { sha256 } from "./digest";
import type { EvaluatedModel } from "./evaluated-models";
import { KeyRing } from "./key-ring.svelte";
import { LabelKeys } from "./label-keys.svelte";
import { Labelling } from "./labelling.svelte";
import type { MethodsState } from "./methods.svelte";
import { ModelLabelling } from "./model-labelling.svelte";
import { ModelsState } from "./models.svelte";
import { type LabelledPair, labelsOfQuestion } from "./question-labels";
import { RemeasureState } from "./remeasure.svelte";
import { type Route, Router } from "./route.svelte";
import { OfflineState } from "./offline.svelte";
import type { RunFiles } from "./run-files";
import type { Locks } from "./writer-lock";
import { remoteChat } from "./remote-chat";
import type { RunQueue } from "./run-queue.svelte";
import { RunsState, type RunWords } from "./runs.svelte";
import { SelfTestState } from "./self-test.svelte";
import { SetupState } from "./setup.svelte";
import type { StudyRun } from "./study-run.svelte";
import { StorageState } from "./storage.svelte";
import { StudyState } from "./study.svelte";
import { SweepState } from "./sweep.svelte";
import { TaskDraft } from "./task-draft.svelte";
import { TasksState } from "./tasks.svelte";
import type { TextMaking } from "./text-making.svelte";
import { ThemeState } from "./theme.svelte";
import { VerifyReport } from "./verify-report.svelte";
import {
  assetUrls,
  selfTestUrls,
  startChat,
  startCompareMethods,
  startModels,
  startImport,
  startSelfTest,
  startStatistics,
  startTrainer,
  startVerify,
} from "./workers";

const HOUR = 60 * 60 * 1000; // ms

export interface Making {
  readonly texts: TextMaking;
  readonly review: DraftReview;
}

/** Everything the page is made of, built once and handed down. */
export class Steadfast {
  readonly route = new Router();
  readonly theme = new ThemeState();
  readonly device: Device;
  readonly corpora: CorporaState;
  readonly corpusImport: CorpusImport;
  readonly setup: SetupState;
  readonly models: ModelsState;
  readonly study: StudyState;
  readonly example: ExampleState;
  readonly runs: RunsState;
  readonly compare: CompareState;
  readonly sweep: SweepState;
  readonly remeasure: RemeasureState;
  readonly tasks: TasksState;
  readonly agreement: AgreementState;
  readonly modelLabelling: ModelLabelling;
  readonly chat = remoteChat(startChat);
  readonly selfTest = new SelfTestState(startSelfTest, selfTestUrls());
  readonly verifyReport = new VerifyReport(startVerify, assetUrls());
  readonly storage: StorageState;
  readonly keys: KeyRing;
  readonly offline: OfflineState;
  readonly labelKeys = new LabelKeys(localStorage);
  /** A run is being read for the study's page. */
  opening = $state.raw(false);
  /** What makes wordings and rules of thumb; loaded when they are first wanted. */
  making = $state.raw<Making | null>(null);
  /** Studies one after another; loaded when the page of methods is first shown. */
  queue = $state.raw<RunQueue | null>(null);
  /** This tab has lost the storage to a newer one, and must not write any more. */
  outdated = $state.raw(false);
  /** A study is running, or is one of several that run one after another: the tab has work to lose. */
  busy = $derived.by(() => this.study.live !== null || (this.queue?.running ?? false));
  /** Why no study can start just now; null where one can. */
  blocked: string | null = $derived.by(() => {
    if (this.outdated) return "Another tab has a newer version of Steadfast. Reload this one.";
    if (this.study.live) return "A study is running. Stop it before you start another.";
    if (this.queue?.running)
      return "Studies are run one after another, on the page of methods. Stop them first.";
    if (this.sweep.running) return "A temperature sweep is running. Stop it first.";
    if (this.remeasure.running) return "Answers are being measured again. Stop that first.";
    if (this.making?.texts.working)
      return "A model is writing texts on the corpus page. Stop it first.";
    const { status } = this.corpora;
    return status.kind === "failed" ? `The questions could not be read: ${status.message}` : null;
  });

  /** The settings of the study that comes with the app. */
  readonly demo = resolveConfig(demoStudy);
  /** The same with the least work in every step. */
  readonly quickDemo = resolveConfig(quick(demoStudy));

  readonly #db: Database;
  readonly #locks: Locks;
  #methods: MethodsState | null = null;
  #shownFor: Route | null = null;

  private constructor(db: Database) {
    const locks = "locks" in navigator ? navigator.locks : null;
    this.#db = db;
    this.#locks = locks;
    this.device = new Device(startTrainer, assetUrls());
    this.corpora = new CorporaState(db, document.baseURI);
    this.corpusImport = new CorpusImport(this.corpora, startImport);
    this.setup = new SetupState(localStorage);
    this.models = new ModelsState(db, startModels);
    this.runs = new RunsState(db, locks);
    this.tasks = new TasksState(db, locks);
    this.agreement = new AgreementState(db, sha256, startStatistics);
    this.modelLabelling = new ModelLabelling(
      db,
      locks,
      (id) => this.agreement.reread(id),
      this.chat.open,
    );
    this.storage = new StorageState(db, localStorage);
    this.keys = new KeyRing(db);
    this.offline = new OfflineState(locks, document.baseURI);
    const findCorpus = (id: string) => this.corpora.find(id)?.corpus ?? null;
    this.example = new ExampleState(document.baseURI, findCorpus);
    this.study = new StudyState(db, this.device, locks, findCorpus, this.example);
    this.compare = new CompareState(db, startStatistics, this.example);
    const adapterOfModel = async ({ run, role, cycle }: EvaluatedModel) =>
      role === "lora" || role === "ppo"
        ? adapterOf(await this.#dbOf(run.id), run.id, cycle, role)
        : null;
    this.sweep = new SweepState(this.device, findCorpus, adapterOfModel);
    this.remeasure = new RemeasureState(this.device, {
      corpusOf: ({ run }) => findCorpus(run.corpusId),
      adapterOf: adapterOfModel,
      answersOf: async (runId, set) => answersOf(await this.#dbOf(runId), runId, set),
    });
  }

  /**
   * Opens the storage and what lies in it.
   * @throws DOMException if the browser gives no storage, or it was written by a newer version.
   */
  static async open(): Promise<Steadfast> {
    let app: Steadfast | null = null;
    const onClosed = () => {
      if (app) app.outdated = true;
    };
    app = new Steadfast(await openDatabase({ onClosed }));
    await Promise.all([
      app.#prepareExample(),
      app.corpora.load(),
      app.models.load(),
      app.study.settleInterrupted(),
      app.storage.check(),
      app.keys.load(),
    ]);
    app.#watchStorage();
    void app.offline.start(import.meta.env.PROD);
    await app.showRun();
    return app;
  }

  /** Where the example is what the address will show, it is read beside everything else. */
  async #prepareExample(): Promise<void> {
    const { current } = this.route;
    const isNewest = current.page === "study" && current.runId === null;
    if (current.page !== "home" && !isNewest) return;
    if (isNewest && (await this.#db.count("runs")) > 0) return;
    this.example.prepare();
  }

  /** Shows the run that the address names, unless it was asked to before. */
  async showRun(): Promise<void> {
    const { current } = this.route;
    if (current === this.#shownFor) return;
    this.#shownFor = current;
    if (current.page === "study") {
      this.opening = true;
      await this.study.open(current.runId).finally(() => (this.opening = false));
    }
    if (current.page === "home" || this.study.shown === null) void this.example.open();
  }

  /** Reads anew what an import may have brought. */
  async reread(): Promise<void> {
    this.setup.reread();
    this.theme.reread();
    this.labelKeys.reread();
    await Promise.all([this.corpora.load(), this.runs.load(), this.tasks.load()]);
  }

  /** The study that comes with the app; the quick one takes every step with the least work. */
  async runDemo(extent: "full" | "quick"): Promise<void> {
    if (extent === "full") await this.#run(/* @wc-ignore */ "Demo study", this.demo);
    else await this.#run(/* @wc-ignore */ "Demo study, quick run", this.quickDemo);
  }

  /** The study as set up. Does nothing while a setting is wrong: the set-up says which. */
  async runSetup(): Promise<void> {
    const { config } = this.setup.checked;
    if (config) await this.#run(/* @wc-ignore */ `Study of ${this.#corpusName(config)}`, config);
  }

  /** Null where the run has no such answers. */
  async answersOf({ id }: StudyRun, set: AnswerSet): Promise<readonly Answer[] | null> {
    return answersOf(await this.#dbOf(id), id, set);
  }

  async filesOf({ id, corpus, record }: StudyRun): Promise<RunFiles> {
    const { runFiles } = await import("./run-files"); // reports and cards are no part of the first view
    return runFiles(await this.#dbOf(id), id, corpus, async (adapter) => {
      if (this.blocked !== null) throw new Error(this.blocked);
      const { client } = await this.device.start();
      return client.call("merge", { target: record.config.target, adapter });
    });
  }

  /** What a study of this target took here: what the time of the next one is told from. Null before the first. */
  earlierRun(target: string): Promise<EarlierRunHere | null> {
    return earlierRun(this.#db, target, (id) => this.corpora.find(id)?.corpus ?? null);
  }

  /** What people said of a question's answers in a run; nothing of the example, which no task is made of. */
  labelsOf(runId: string, questionId: QuestionId): Promise<readonly LabelledPair[]> {
    return labelsOfQuestion(this.#db, runId, questionId);
  }

  /** Loaded when its page is first shown; it keeps what was chosen there. */
  async openMethods(): Promise<MethodsState> {
    const { MethodsState: State } = await import("./methods.svelte");
    const findCorpus = (id: string) => this.corpora.find(id)?.corpus ?? null;
    this.#methods ??= new State(this.#db, findCorpus, startCompareMethods, assetUrls());
    return this.#methods;
  }

  async openQueue(): Promise<RunQueue> {
    const { RunQueue: Queue } = await import("./run-queue.svelte");
    const backUp = () => this.storage.backUpIfDue(true);
    return (this.queue ??= new Queue(this.#db, this.#locks, this.study, backUp));
  }

  async openMaking(): Promise<Making> {
    const [{ TextMaking: Texts }, { DraftReview: Review }] = await Promise.all([
      import("./text-making.svelte"),
      import("./draft-review.svelte"),
    ]);
    return (this.making ??= {
      texts: new Texts(this.#db, this.device, this.chat.open),
      review: new Review(this.#db, this.corpora),
    });
  }

  draftTask(): TaskDraft {
    return new TaskDraft(this.#db, this.tasks, this.corpora);
  }

  /** Opens a person's session in a task; whoever opens it closes it. Null if there is no such task. */
  async label(taskId: string, name: string): Promise<Labelling | null> {
    const stored = await getTask(this.#db, taskId);
    return stored && new Labelling(this.#db, this.#locks, stored.task, { name, kind: "person" });
  }

  /** Says something of a run, a live one's record in memory included: that is written again when it ends. */
  async describeRun(id: string, words: RunWords): Promise<void> {
    await this.runs.describe(id, words);
    for (const run of [this.study.live, this.study.shown]) {
      if (run?.id === id) run.record = withWords(run.record, words);
    }
  }

  /** Goes on with a run that was paused, stopped, interrupted or has failed. @throws Error saying why it can't. */
  async goOn(run: StudyRun, apiKey: string | null, config = run.record.config): Promise<void> {
    this.route.go({ page: "study", runId: run.id });
    await this.study.goOn(run, apiKey, config);
    await this.storage.backUpIfDue(true);
  }

  /** Goes on with a finished run for more cycles. @throws RangeError unless there is one at least. */
  async trainMore(
    run: StudyRun,
    cycles: number,
    apiKey: string | null,
    settings = run.record.config,
  ): Promise<void> {
    if (run.report === null) {
      throw new Error("the run has no report that says where it stands; run it again");
    }
    const config = continueConfig(settings, run.report, cycles);
    await this.study.goOn(run, apiKey, config);
    await this.storage.backUpIfDue(true);
  }

  /** Goes on with a run of the list, where that needs no key. */
  async goOnById(runId: string): Promise<void> {
    await this.study.open(runId);
    const { shown } = this.study;
    if (shown) await this.goOn(shown, null);
  }

  /** Where a run is stored: the example has a database of its own. */
  async #dbOf(runId: string): Promise<Database> {
    if (runId !== EXAMPLE_ID) return this.#db;
    return (await this.example.open())?.db ?? this.#db;
  }

  async #run(name: string, config: StudyConfig): Promise<void> {
    const entry = this.corpora.find(config.corpus);
    if (!entry) throw new RangeError(`there is no corpus "${config.corpus}"; choose one in Set-up`);
    this.route.go({ page: "study", runId: null });
    const apiKey = this.setup.apiKey || null;
    await this.study.start({ name, config, corpusId: entry.id, corpus: entry.corpus, apiKey });
    await this.storage.backUpIfDue(true);
  }

  /** Notes what there is to lose when the page is left, and backs up once a day where a folder was granted. */
  #watchStorage(): void {
    const { storage } = this;
    const backUp = () => {
      if (!this.outdated) void storage.backUpIfDue(false);
    };
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && !this.outdated) void storage.note();
    });
    setInterval(backUp, HOUR);
    backUp();
  }

  #corpusName({ corpus }: StudyConfig): string {
    return this.corpora.find(corpus)?.corpus.name ?? corpus;
  }
}
