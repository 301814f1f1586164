import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CommandError } from "../io.ts";

/**
 * The directory of manifests may be somebody else's, and a clone of a repository brings its links along: through them the
 * state would be written over any file.
 * @throws CommandError if the path is a link
 */
export function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new CommandError(`${path} is a link. The state is never read or written through a link: remove it`);
}

/**
 * Creates the directory of the state for its user alone, because the state contains the manifests with their environment
 * variables; and keeps it out of git.
 * @throws CommandError if it is a link, Error of Node if it cannot be written
 */
export function ensureStateDirectory(path: string): void {
  refuseLink(path);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
  const ignored = join(path, ".gitignore");
  if (lstatSync(ignored, { throwIfNoEntry: false }) !== undefined) return;
  writeFileSync(ignored, "*\n", { flag: "wx", mode: 0o600 });
}

/** Removes what a killed process left of its writes. Only for the holder of the lock: others may be writing. */
export function removeTemporaries(state: string): void {
  const directory = dirname(state);
  const names = readdirSync(directory).filter(
    (name) => name.startsWith(`${basename(state)}.`) && name.endsWith(".tmp"),
  );
  for (const name of names) rmSync(join(directory, name));
}
