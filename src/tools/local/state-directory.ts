import { basename, dirname } from "node:path";
import type { FileWrites } from "../files/file-writes.ts";
import { FilesBelow } from "../files/files-below.ts";

/** Where a state is: below the directory of the manifests, which may be somebody else's. */
export function placeOfState(state: string, writes?: FileWrites) {
  const directory = dirname(state);
  return {
    files: new FilesBelow(dirname(directory), writes),
    /** The directory of states below it. */
    states: basename(directory),
    /** The state below it, with `/`. */
    file: `${basename(directory)}/${basename(state)}`,
  };
}

/**
 * Creates the directory of the state for its user alone, because the state contains the manifests with their environment
 * variables; and keeps it out of git.
 * @throws CommandError if it is a link, or cannot be written
 */
export function ensureStateDirectory({ files, states }: ReturnType<typeof placeOfState>): void {
  files.makePrivate(states);
  files.claim(`${states}/.gitignore`, "*\n");
}
