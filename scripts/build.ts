/**
 * Bundles the programs for their images and packages: the operator in `dist`, the simulator in `dist/simulator`, each with
 * `main.js`, the parts that only some commands load, and the licences of the bundled packages.
 */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { builtPage, type PageFiles } from "../src/page/server/page-files.ts";
import { type BundledPackage, bundledPackages, licencesText } from "./licences.ts";
import { sbom } from "./sbom.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The function that builds the page, which a bundle has in place of it. */
const pageFiles = "src/page/server/page-files.ts";

const common: BuildOptions & { readonly write: false } = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node24",
  // ES modules, if a package has them: unused parts of those are removed, and `import()` returns their names.
  mainFields: ["module", "main"],
  minify: true,
  write: false,
};

/** What is released as a program of its own, with its files of the source by the name that the bundle gives them. */
export interface Program {
  readonly name: string;
  readonly description: string;
  readonly entryPoints: { readonly main: string } & Readonly<Record<string, string>>;
}

export const operator: Program = {
  name: manifest.name,
  description: manifest.description,
  entryPoints: { main: "src/main.ts" },
};

export const simulator: Program = {
  name: "aws-batch-simulator",
  description: "A simulated AWS Batch for tests: over HTTP for any AWS SDK, or in a Node process",
  entryPoints: { main: "src/simulator-main.ts", start: "src/simulator/start.ts" },
};

/** The program as one file of CommonJS, which is what Node takes into an executable. */
export async function singleFile({ entryPoints: { main } }: Program): Promise<Uint8Array> {
  const { files } = await builtPage();
  const { outputFiles } = await build({
    ...common,
    entryPoints: { main },
    format: "cjs",
    legalComments: "none",
    plugins: [withPage(files)],
  });
  const [file, ...others] = outputFiles;
  if (file === undefined || others.length > 0) throw new Error(`esbuild wrote ${outputFiles.length} files, not one`);
  return file.contents;
}

/**
 * Writes the bundle to a directory, which it empties first. The same sources give the same files for every directory: the
 * names of the parts depend on esbuild's output directory, so that is always `dist`.
 * @returns the bundled packages
 */
export async function bundle(program: Program, to: string): Promise<readonly BundledPackage[]> {
  const page = await builtPage();
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: { ...program.entryPoints },
    format: "esm",
    splitting: true,
    sourcemap: true,
    legalComments: "linked",
    // Some dependencies are CommonJS and need `require` and `__dirname`.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    plugins: [withPage(page.files)],
    metafile: true,
  });
  const hasPage = Object.keys(metafile.inputs).includes(pageFiles);
  const outputs = { ...metafile.outputs, ...(hasPage ? page.metafile.outputs : {}) };
  const packages = await bundledPackages({ ...metafile, outputs }, root);
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const { path, contents } of outputFiles) await writeFile(join(to, basename(path)), contents);
  await writeFile(join(to, "third-party-licences.txt"), licencesText(packages));
  await writeFile(join(to, "sbom.cdx.json"), `${JSON.stringify(sbom(program, packages), null, 1)}\n`);
  return packages;
}

/** The page of `ui`, in a part that no other command loads, in place of the function that builds it. */
function withPage(files: PageFiles): Plugin {
  return {
    name: "page",
    setup({ onLoad }) {
      onLoad({ filter: /src[\\/]page[\\/]server[\\/]page-files\.ts$/ }, () => ({
        contents: `export const pageFiles = async () => (${JSON.stringify(files)});`,
        loader: "js",
      }));
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await bundle(operator, join(root, "dist"));
  await bundle(simulator, join(root, "dist/simulator"));
}
