import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cachePath, madeOnce, type Progress } from "./cache.ts";
import { runOrFail } from "./run.ts";

/** A package that is fetched when something needs it, without the packages that it depends on. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the package's archive, as in package-lock.json. */
  readonly integrity: string;
}

/**
 * Fetches the archive of a package into a directory.
 * @returns the archive's file name
 * @throws Error if npm cannot fetch it, or it is another one
 */
export async function packedNpmPackage({ name, version, integrity }: NpmPackage, into: string): Promise<string> {
  const said = await runOrFail("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", into]);
  const archive = said.trim();
  const hash = createHash("sha512").update(await readFile(join(into, archive)));
  const found = `sha512-${hash.digest("base64")}`;
  if (found !== integrity) throw new Error(`${name}@${version} has integrity ${found}, expected ${integrity}`);
  return archive;
}

/** The unpacked package, from the cache or fetched now. @returns its directory */
export async function npmPackage(source: NpmPackage, progress: Progress): Promise<string> {
  const { name, version } = source;
  const directory = cachePath(`${name}-${version}`);
  return await madeOnce(directory, progress, async () => {
    progress(`fetching npm's ${name} ${version}`);
    await mkdir(cachePath(), { recursive: true });
    const unfinished = await mkdtemp(`${directory}.`);
    try {
      const archive = await packedNpmPackage(source, unfinished);
      await runOrFail("tar", ["-xzf", archive], { directory: unfinished });
      await rename(join(unfinished, "package"), directory);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
}
