import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CommandError } from "../io.ts";
import { type LoadedManifests, loadManifests } from "../validation/manifests.ts";

/** The directory of manifests that `import` writes to. */
export interface Folder {
  /** Its manifests, with files as paths from the working directory; none when there is no such directory. */
  load(): Promise<LoadedManifests>;
  /**
   * The path of a file from the working directory.
   * @param file below the directory, with `/`
   */
  pathOf(file: string): string;
  /**
   * The text of a file; undefined: there is none.
   * @param path as `pathOf` and the manifests have it
   * @throws CommandError if it cannot be read
   */
  read(path: string): Promise<string | undefined>;
  /** Replaces the file as a whole: on a full disk the old one stays. @throws CommandError if it cannot be written */
  write(path: string, text: string): Promise<void>;
}

export function folderAt(directory: string): Folder {
  const pathOf = (file: string): string => join(directory, file);
  return {
    async load() {
      const entry = await orNothing(directory, () => stat(directory));
      return entry === undefined ? { documents: [], problems: [], files: [] } : await loadManifests(directory);
    },
    pathOf,
    read: (path) => orNothing(path, () => readFile(path, "utf8")),
    async write(path, text) {
      try {
        await mkdir(dirname(path), { recursive: true });
        await replace(path, text);
      } catch (error) {
        throw failed(error, `${path} cannot be written`);
      }
    },
  };
}

/** Also of a link the file, which keeps its permissions. */
async function replace(path: string, text: string): Promise<void> {
  const before = await orNothing(path, () => stat(path));
  const file = before === undefined ? path : await realpath(path);
  // Hidden, so that it is never read as a manifest.
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flag: "wx" });
    if (before !== undefined) await chmod(temporary, before.mode);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function orNothing<T>(path: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw failed(error, `${path} cannot be read`);
  }
}

function failed(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  return new CommandError(`${what}: ${error.message}`, { cause: error });
}
