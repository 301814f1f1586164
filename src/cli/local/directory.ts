import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { type ReadManifests, readDirectory } from "../manifests.ts";

/** A source of manifests, which can be read repeatedly. */
export interface ManifestSource {
  /** For messages. */
  readonly name: string;
  /** A text that changes when a manifest may have changed. */
  fingerprint(): Promise<string>;
  read(): Promise<ReadManifests>;
}

export function directorySource(directory: string): ManifestSource {
  return {
    name: directory,
    read: () => readDirectory(directory),
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
