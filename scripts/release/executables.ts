import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import packageLock from "../../package-lock.json" with { type: "json" };
import { type NpmPackage, npmPackage } from "../../test/integration/control-plane/npm-package.ts";
import { printProgress } from "../../test/integration/control-plane/parts.ts";
import { runOrFail } from "../../test/integration/control-plane/run.ts";
import { type Program, singleFile } from "../build.ts";

/**
 * A program as one file per platform that needs no Node: Node's own executable, from its npm package, with the program
 * in it (https://nodejs.org/api/single-executable-applications.html).
 */

export interface Platform {
  /** As in the names of Node's npm packages. */
  readonly name: "linux-x64" | "linux-arm64";
  /** As kubectl and krew call the architecture. */
  readonly arch: "amd64" | "arm64";
}

export const platforms: readonly Platform[] = [
  { name: "linux-x64", arch: "amd64" },
  { name: "linux-arm64", arch: "arm64" },
];

/** Writes the program into an executable of Node of any platform; WebAssembly without dependencies (MIT). */
const postject: NpmPackage = {
  name: "postject",
  version: "1.0.0-alpha.6",
  integrity: "sha512-b9Eb8h2eVqNE8edvKdwqkrY6O7kAwmI8kcnBv1NScolYJbo59XUF0noFq+lxbC1yN20bmC0WBEbDC5H/7ASb0A==",
};

/** Postject marks this text in Node, which without the mark reads no program from its executable. */
const sentinelFuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

export interface Executable {
  readonly platform: Platform;
  readonly content: Uint8Array;
  /** Node's licence, with those of what it contains. */
  readonly nodeLicence: Uint8Array;
}

/**
 * Builds the executable of every platform; each builds on any.
 * @param scratch a directory for temporary files
 * @throws Error if this process is another version of Node than the packages, which could not read the program
 */
export async function executables(program: Program, scratch: string): Promise<readonly Executable[]> {
  const directory = await mkdtemp(join(scratch, "executables-"));
  const prepared = await preparedProgram(program, directory);
  const made: Executable[] = [];
  for (const platform of platforms) {
    const node = await npmPackage(nodePackage(platform), printProgress);
    const file = join(directory, platform.name);
    await copyFile(join(node, "bin/node"), file);
    await inject(prepared, file);
    made.push({ platform, content: await readFile(file), nodeLicence: await readFile(join(node, "LICENSE")) });
  }
  return made;
}

function nodePackage({ name }: Platform): NpmPackage {
  const { version, integrity } = packageLock.packages[`node_modules/node-${name}`];
  return { name: `node-${name}`, version, integrity };
}

/**
 * Writes the program in the form that Node reads from its executable; without a code cache it fits every platform.
 * @returns the file
 */
async function preparedProgram(program: Program, directory: string): Promise<string> {
  const versions = platforms.map((platform) => nodePackage(platform).version);
  if (versions.some((version) => `v${version}` !== process.version)) {
    throw new Error(`the executables have Node ${versions.join(" and ")}, and this is ${process.version}: use npm run`);
  }
  await writeFile(join(directory, "main.cjs"), await singleFile(program));
  // Without folders, because the result contains the path.
  const config = { main: "main.cjs", output: "program", disableExperimentalSEAWarning: true };
  await writeFile(join(directory, "settings.json"), JSON.stringify(config));
  await runOrFail(process.execPath, ["--experimental-sea-config", "settings.json"], { directory });
  return join(directory, "program");
}

/** In a process of its own, because it prints a warning for each note of the executable. */
async function inject(program: string, executable: string): Promise<void> {
  const api = pathToFileURL(join(await npmPackage(postject, printProgress), "dist/api.js")).href;
  const script = `
    import { readFile } from "node:fs/promises";
    import postject from ${JSON.stringify(api)};
    const [, program, executable] = process.argv;
    await postject.inject(executable, "NODE_SEA_BLOB", await readFile(program), { sentinelFuse: "${sentinelFuse}" });`;
  await runOrFail(process.execPath, ["--input-type=module", "--eval", script, program, executable]);
}
