import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { CommandError } from "../../operator/io.ts";
import { FilesBelow } from "../files/files-below.ts";
import { ensureStateDirectory, placeOfState } from "./state-directory.ts";

const extension = ".lock";

/**
 * Prevents a second operator from using the same state.
 *
 * @param state the file of the state; the lock is in the same directory
 * @returns a function that releases the lock
 * @throws CommandError when another process has it, or when it cannot be written
 */
export function lockState(state: string): () => void {
  const place = placeOfState(state);
  const { files, file } = place;
  const lock = `${file}${extension}`;
  const isTaken = (): boolean => !files.claim(lock, `${process.pid} ${startedAt(process.pid) ?? "?"}`);
  ensureStateDirectory(place);
  if (isTaken()) {
    const owner = parsed(files.read(lock) ?? "");
    if (owner !== undefined && owner.pid !== process.pid && isAlive(owner)) {
      throw new CommandError(
        `process ${owner.pid} already uses this directory: stop it first. If it is not aws-batch-operator, remove ${state}${extension}`,
      );
    }
    // It was killed before it could release the lock.
    files.remove(lock);
    if (isTaken()) {
      throw new CommandError(`another process has just started in this directory (${state}${extension})`);
    }
  }
  files.removeTemporaries(file);
  return () => files.remove(lock);
}

/** Whether a process uses a state. @param state the file of the state */
export function isLocked(state: string): boolean {
  const { files, file } = placeOfState(state);
  const owner = parsed(files.read(`${file}${extension}`) ?? "");
  return owner !== undefined && isAlive(owner);
}

/** Whether a process uses any state in this directory of states. */
export function isInUse(states: string): boolean {
  return new FilesBelow(dirname(states))
    .names(basename(states))
    .some((name) => name.endsWith(extension) && isLocked(join(states, name.slice(0, -extension.length))));
}

interface Owner {
  readonly pid: number;
  /** Its start time in the kernel's units; `?` if unknown. */
  readonly startedAt: string;
}

function parsed(text: string): Owner | undefined {
  const match = /^(\d+) (\S+)$/.exec(text);
  return match === null ? undefined : { pid: Number(match[1]), startedAt: match[2] ?? "?" };
}

function isAlive(owner: Owner): boolean {
  // A zombie still answers, and another process may have its number by now.
  if (existsSync("/proc/self/stat")) return startedAt(owner.pid) === owner.startedAt;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, and belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The start time of a live process (proc_pid_stat(5), field 22); undefined for others, and without /proc. */
function startedAt(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
  // The name in parentheses may contain anything; the fields from the third on follow it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}
