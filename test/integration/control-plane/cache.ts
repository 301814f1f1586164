import { link, mkdir, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sleep } from "./wait.ts";

/** Takes one line for the person who waits. */
export type Progress = (line: string) => void;

const root = fileURLToPath(new URL("../../../.cache/control-plane/", import.meta.url));

/** A path in the project's own cache, which git ignores. */
export function cachePath(...steps: readonly string[]): string {
  return join(root, ...steps);
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/**
 * Makes what is not there yet, one process at a time.
 * @param path exists once it is made: `make` has to bring it about in its last step
 * @returns path
 */
export async function madeOnce(path: string, progress: Progress, make: () => Promise<void>): Promise<string> {
  if (await exists(path)) return path;
  const unlock = await lock(progress);
  try {
    if (!(await exists(path))) await make();
  } finally {
    await unlock();
  }
  return path;
}

/** @throws Error when the file system of `directory` has less than `neededGiB` */
export async function requireDisk(directory: string, neededGiB: number, what: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await statfs(directory);
  const freeGiB = (bavail * bsize) / 2 ** 30;
  if (freeGiB >= neededGiB) return;
  throw new Error(
    `${what} needs ${neededGiB} GiB of disk at ${directory}, where ${freeGiB.toFixed(1)} GiB are free: make room, ` +
      "or set KUBEBUILDER_ASSETS to a directory that has etcd, kube-apiserver and kube-controller-manager",
  );
}

/**
 * The lock is a file with the holder's pid, so one left behind by a process that is gone counts for nothing. Should
 * two get past it, both make the same thing, and the later rename wins: the lock saves work, it guards nothing.
 */
async function lock(progress: Progress): Promise<() => Promise<void>> {
  const file = cachePath(".lock");
  const mine = cachePath(`.lock.${process.pid}`);
  await mkdir(cachePath(), { recursive: true });
  await writeFile(mine, String(process.pid));
  for (let reported = false; ; reported = true) {
    // A link appears with its content, or not at all.
    const taken = await link(mine, file).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return false;
        throw error;
      },
    );
    if (taken) {
      await rm(mine);
      return () => rm(file, { force: true });
    }
    const holder = Number(await readFile(file, "utf8").catch(() => ""));
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    else if (!reported) progress(`waiting for process ${holder}, which is making parts of the control plane`);
    await sleep(500);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
