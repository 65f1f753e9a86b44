import { type EncoderFiles, MissingFileError } from "./files";
import { messageOf } from "../../core/message-of";

export interface FetchedFiles extends EncoderFiles {
  /** A file in pieces as they come. */
  stream(file: string): AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

export interface FetchOptions {
  /** Aborting stops the download; reading then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Bytes received so far, of all files together, after decompression. */
  readonly onProgress?: (loaded: number) => void;
}

/**
 * The encoder's files under one address, read over HTTP.
 *
 * @param url absolute address of the folder; a missing final slash is added.
 * Reading throws an Error naming the address when the server can't be reached or doesn't have the file (404: a
 * MissingFileError).
 */
export function fetchFiles(url: string, { signal, onProgress }: FetchOptions = {}): FetchedFiles {
  const folder = url.endsWith("/") ? url : `${url}/`;
  let loaded = 0;

  async function* stream(file: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const address = new URL(file, folder).href;
    try {
      const response = await fetch(address, { signal: signal ?? null });
      if (response.status === 404) throw new MissingFileError(`404 ${response.statusText}`);
      if (!response.ok || response.body === null) {
        throw new Error(`${response.status} ${response.statusText}`);
      }
      const reader = response.body.getReader();
      try {
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          loaded += next.value.byteLength;
          onProgress?.(loaded);
          yield next.value;
        }
      } finally {
        await reader.cancel(); // where it is broken off; otherwise there is nothing left
      }
    } catch (cause) {
      signal?.throwIfAborted();
      // A TypeError is all that fetch says of a network that is not there.
      const isReached = !(cause instanceof TypeError);
      const reason =
        messageOf(cause) + (isReached ? "" : ". Is there a network? Connect, and try again.");
      const Kind = cause instanceof MissingFileError ? MissingFileError : Error;
      throw new Kind(`can't load ${address}: ${reason}`, { cause });
    }
  }

  return {
    stream,
    async read(file) {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for await (const chunk of stream(file)) chunks.push(chunk);
      return new Uint8Array(await new Blob(chunks).arrayBuffer());
    },
  };
}
