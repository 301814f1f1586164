import { type Stats, statSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { CommandError } from "../../operator/io.ts";
import { type ReadManifests, readDirectory } from "../manifests.ts";

/** A source of manifests, which can be read repeatedly. */
export interface ManifestSource {
  /** For messages. */
  readonly name: string;
  /** A text that changes when a manifest may have changed. */
  fingerprint(): Promise<string>;
  /** @throws the signal's reason */
  read(signal: AbortSignal): Promise<ReadManifests>;
}

/** @throws CommandError if there is no directory of manifests at the path */
export function requireDirectory(path: string): void {
  refuseFile(path);
  if (entryAt(path) === undefined) throw new CommandError(`directory ${path} does not exist`);
}

/** @throws CommandError if there is something else than a directory at the path */
export function refuseFile(path: string): void {
  if (entryAt(path)?.isDirectory() !== false) return;
  throw new CommandError(`${path} is a file: give the directory of the manifests`);
}

function entryAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new CommandError(`${path} cannot be read: ${error.message}`, { cause: error });
  }
}

export function directorySource(directory: string): ManifestSource {
  return {
    name: directory,
    read: (signal) => readDirectory(directory, signal),
    fingerprint: () => fingerprintOf(directory),
  };
}

const extensions = new Set([".yaml", ".yml", ".json"]);

/** Names, sizes and times of all possible manifests; an unreadable file counts with its error code. */
async function fingerprintOf(directory: string): Promise<string> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const parts = await Promise.all(
      entries
        .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
        .sort((left, right) => (left.name < right.name ? -1 : 1))
        .map(async (entry): Promise<string> => {
          const path = join(directory, entry.name);
          if (entry.isDirectory()) return await fingerprintOf(path);
          return extensions.has(extname(entry.name)) ? await fileFingerprint(path) : "";
        }),
    );
    return parts.filter((part) => part !== "").join("\n");
  } catch (error) {
    return failure(directory, error);
  }
}

async function fileFingerprint(path: string): Promise<string> {
  try {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    return `${path} ${size} ${mtimeNs} ${ino}`;
  } catch (error) {
    return failure(path, error);
  }
}

/** The file may be deleted since the listing, or unreadable: reading it reports that. */
function failure(path: string, error: unknown): string {
  if (error instanceof Error && "code" in error) return `${path} ${String(error.code)}`;
  throw error;
}
