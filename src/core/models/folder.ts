/** Where a model's files are kept: the browser's private file system, or a folder on disk. */
export interface ModelFolder {
  /** Bytes that are there of a file, whole or from a download that broke off; 0 where there is none. */
  sizeOf(file: string): Promise<number>;
  /** From its first byte, in pieces. Empty where there is no file. */
  read(file: string): AsyncIterable<Uint8Array>;
  /** Opens a file to add to it behind byte `at`; what lay behind that is gone. */
  append(file: string, at: number): Promise<FileWriter>;
  remove(file: string): Promise<void>;
}

export interface FileWriter {
  write(piece: Uint8Array): Promise<void>;
  /** What was written is on disk when it resolves. */
  close(): Promise<void>;
}
