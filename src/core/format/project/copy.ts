/** Copies beside what is there already: the same content under another id, and what points to it pointing there. */
import { draftId } from "../../review/draft";
import type { ProjectItem } from "./items";
import type { TaskItem } from "./items-schema";

/** New ids by old ones. */
export interface NewIds {
  readonly corpora: ReadonlyMap<string, string>;
  readonly runs: ReadonlyMap<string, string>;
}

const COPY = " (imported)";

/** An item as it is imported beside copies of others: its own id and those it names are the new ones. */
export function relinked(item: ProjectItem, { corpora, runs }: NewIds): ProjectItem {
  switch (item.kind) {
    case "corpus": {
      const { content } = item;
      const id = corpora.get(content.id);
      if (id === undefined) return item;
      const corpus = { ...content.corpus, name: content.corpus.name + COPY };
      return { kind: "corpus", content: { ...content, id, corpus } };
    }
    case "run": {
      const { record } = item.content;
      const id = runs.get(record.id);
      const corpusId = corpora.get(record.corpusId) ?? record.corpusId;
      const corpus = corpora.get(record.config.corpus) ?? record.config.corpus;
      const named = id === undefined ? {} : { id, name: record.name + COPY };
      const config = { ...record.config, corpus };
      const copy = { ...record, ...named, corpusId, config };
      return { ...item, content: { ...item.content, record: copy } };
    }
    case "task": {
      const { stored } = item.content;
      const source = relinkedSource(stored.source, { corpora, runs });
      return { kind: "task", content: { ...item.content, stored: { ...stored, source } } };
    }
    case "draft": {
      const { draft, items } = item.content;
      const corpusId = corpora.get(draft.corpusId);
      if (corpusId === undefined) return item;
      const id = draftId(draft.kind, corpusId);
      const ofCopy = items.map((text) => ({ ...text, draftId: id }));
      return { kind: "draft", content: { draft: { ...draft, id, corpusId }, items: ofCopy } };
    }
    case "decisions":
    case "replies":
    case "settings":
      return item;
  }
}

type Source = TaskItem["stored"]["source"];

function relinkedSource(source: Source, { corpora, runs }: NewIds): Source {
  switch (source.kind) {
    case "run":
      return { ...source, runId: runs.get(source.runId) ?? source.runId };
    case "corpus":
      return { ...source, corpusId: corpora.get(source.corpusId) ?? source.corpusId };
    case "file":
      return source;
  }
}
