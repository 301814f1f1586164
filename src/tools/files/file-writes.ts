import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";

/** What writing a file needs of a file system; a test breaks off at any of them. */
export interface FileWrites {
  /** Opens a new file; fails if the name exists, also as a link. */
  create(path: string, mode: number): number;
  /** Writes all of the text. */
  write(descriptor: number, text: string): void;
  chmod(descriptor: number, mode: number): void;
  /** Returns when the disk has what was written; of a directory, its names. */
  sync(descriptor: number): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  /** Of a link the link; nothing happens if the name is free. */
  remove(path: string): void;
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

export const fileWrites: FileWrites = {
  create: (path, mode) => openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode),
  write: (descriptor, text) => writeFileSync(descriptor, text),
  chmod: fchmodSync,
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove(path) {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) unlinkSync(path);
  },
};
