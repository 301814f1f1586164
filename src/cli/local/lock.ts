import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { CommandError } from "../io.ts";
import { ensureStateDirectory, removeTemporaries } from "./state-directory.ts";

const extension = ".lock";

/**
 * Prevents a second operator from using the same state.
 *
 * @param state the file of the state; the lock is in the same directory
 * @returns a function that releases the lock
 * @throws CommandError when another process has it, or when the directory is a link
 */
export function lockState(state: string): () => void {
  const file = `${state}${extension}`;
  try {
    ensureStateDirectory(dirname(file));
    if (!taken(file)) return held(state, file);
    const owner = parsed(readFileSync(file, "utf8"));
    if (owner !== undefined && owner.pid !== process.pid && isAlive(owner)) {
      throw new CommandError(
        `process ${owner.pid} already uses this directory: stop it first. If it is not aws-batch-operator, remove ${file}`,
      );
    }
    // It was killed before it could release the lock.
    rmSync(file, { force: true });
    if (!taken(file)) return held(state, file);
  } catch (error) {
    if (error instanceof CommandError || !(error instanceof Error) || !("code" in error)) throw error;
    throw new CommandError(`cannot write ${dirname(file)}, the directory of the state: ${error.message}`, {
      cause: error,
    });
  }
  throw new CommandError(`another process has just started in this directory (${file})`);
}

/** Whether a process uses a state. @param state the file of the state */
export function isLocked(state: string): boolean {
  try {
    const owner = parsed(readFileSync(`${state}${extension}`, "utf8"));
    return owner !== undefined && isAlive(owner);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Whether a process uses any state in this directory of states. */
export function isInUse(states: string): boolean {
  const names = existsSync(states) ? readdirSync(states) : [];
  return names.some((name) => name.endsWith(extension) && isLocked(join(states, name.slice(0, -extension.length))));
}

function taken(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid} ${startedAt(process.pid) ?? "?"}`, { flag: "wx", mode: 0o600 });
    return false;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return true;
    throw error;
  }
}

function held(state: string, file: string): () => void {
  removeTemporaries(state);
  return () => rmSync(file, { force: true });
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
