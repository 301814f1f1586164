import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What writing a file needs of a file system; a test breaks off at any of them. */
export interface FileWrites {
  /** `wx` creates the file for its user alone, and fails if the name exists, also as a link. */
  open(path: string, flags: "wx" | "r"): number;
  /** Writes all of the text. */
  write(descriptor: number, text: string): void;
  /** Returns when the disk has what was written; of a directory, its names. */
  sync(descriptor: number): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
}

export const fileWrites: FileWrites = {
  open: (path, flags) => openSync(path, flags, 0o600),
  write: (descriptor, text) => writeFileSync(descriptor, text),
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
};

/**
 * Replaces a file with a new one in the same directory, so that a reader finds either the old or the new text,
 * whenever the process is killed. The new file is for its user alone. Nobody can prepare its name before it is renamed.
 *
 * @param durable whether that also holds when the machine loses its power, which costs waiting for the disk
 * @throws what the file system refuses; the old text is then still there
 */
export function replaceFile(file: string, text: string, durable: boolean, files: FileWrites = fileWrites): void {
  const temporary = `${file}.${randomUUID()}.tmp`;
  withOpen(files, temporary, "wx", (descriptor) => {
    files.write(descriptor, text);
    // Some file systems rename at once and write the content later.
    if (durable) files.sync(descriptor);
  });
  files.rename(temporary, file);
  if (durable) withOpen(files, dirname(file), "r", (descriptor) => files.sync(descriptor));
}

function withOpen(files: FileWrites, path: string, flags: "wx" | "r", use: (descriptor: number) => void): void {
  const descriptor = files.open(path, flags);
  try {
    use(descriptor);
  } finally {
    files.close(descriptor);
  }
}
