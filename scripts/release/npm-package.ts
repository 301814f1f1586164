import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { runOrFail } from "../../test/integration/control-plane/run.ts";
import type { Program } from "../build.ts";
import { archive, type Entry, entriesOf } from "./archive.ts";

/** The npm packages of the programs: bundles, which need no other package. */

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What the package of a program has in addition to its bundle. */
export interface PackageParts {
  /** Files of the repository by their path in the package. */
  readonly files: Readonly<Record<string, string>>;
  /** Further members of its package.json. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The entry with types, of the source. */
  readonly typed?: string;
}

const launcher = "bin/launch.js";
const operatorBin = "bin/aws-batch-operator.js";
const simulatorBin = "bin/aws-batch-simulator.js";

export const operatorPackage: PackageParts = {
  files: { "README.md": "README.md", "CHANGELOG.md": "CHANGELOG.md", [operatorBin]: operatorBin, [launcher]: launcher },
  manifest: { bin: { "aws-batch-operator": operatorBin, "kubectl-awsbatch": operatorBin } },
};

export const simulatorPackage: PackageParts = {
  files: { "README.md": "src/simulator/README.md", [simulatorBin]: simulatorBin, [launcher]: launcher },
  manifest: {
    bin: { "aws-batch-simulator": simulatorBin },
    exports: { ".": { types: "./dist/start.d.ts", default: "./dist/start.js" } },
  },
  typed: "src/simulator/start.ts",
};

/**
 * The package for `npm install FILE`. It runs unpacked too: `node package/bin/NAME.js`.
 * @param scratch a directory for temporary files
 */
export async function npmPackage(
  { name, description }: Program,
  bundleDirectory: string,
  { files, manifest: further, typed }: PackageParts,
  scratch: string,
): Promise<Uint8Array> {
  const { version, license, type, engines } = manifest;
  const about = { name, version, description, license, type, engines, ...further };
  const parts = await Promise.all([
    entriesOf(bundleDirectory, "package/dist"),
    ...Object.entries({ LICENSE: "LICENSE", ...files }).map(([to, from]) =>
      entriesOf(join(root, from), `package/${to}`),
    ),
  ]);
  // As in the image, without source maps, which are four times as large as the code.
  const content = parts.flat().filter(({ path }) => !path.endsWith(".map"));
  const packageFile = { path: "package/package.json", content: Buffer.from(`${JSON.stringify(about, null, 2)}\n`) };
  const types = typed === undefined ? [] : await declarations(typed, "package/dist", scratch);
  return archive([...content, ...types, packageFile]);
}

/** The declarations of a source file, and of what they import. */
async function declarations(file: string, as: string, scratch: string): Promise<readonly Entry[]> {
  const directory = await mkdtemp(join(scratch, "types-"));
  const compilerOptions = {
    noEmit: false,
    incremental: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: directory,
    rootDir: root,
    typeRoots: [join(root, "node_modules/@types")],
  };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: [], files: [join(root, file)] };
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(config));
  await runOrFail(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", directory]);
  const found = new Map<string, Uint8Array>();
  const add = async (path: string): Promise<void> => {
    const name = relative(join(directory, file, ".."), path);
    if (name.startsWith("..")) throw new Error(`the types of ${file} need ${name}, which is not in its folder`);
    if (found.has(name)) return;
    const text = await readFile(path, "utf8");
    found.set(name, Buffer.from(text));
    for (const [, specifier = ""] of text.matchAll(/ from "([^"]+)"/g)) {
      if (!specifier.startsWith(".")) throw new Error(`the types of ${file} need the package ${specifier}`);
      await add(join(path, "..", specifier.replace(/\.ts$/, ".d.ts")));
    }
  };
  await add(join(directory, file.replace(/\.ts$/, ".d.ts")));
  return [...found].map(([name, content]) => ({ path: `${as}/${name}`, content }));
}
