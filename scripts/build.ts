/**
 * Bundles the operator for the image: `dist/main.js`, the parts that only some commands load, and the licences of the
 * bundled packages.
 */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { builtPage, type PageFiles } from "../src/page/server/page-files.ts";
import { type BundledPackage, bundledPackages, licencesText } from "./licences.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

const common: BuildOptions & { readonly write: false } = {
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node24",
  // ES modules, if a package has them: unused parts of those are removed, and `import()` returns their names.
  mainFields: ["module", "main"],
  minify: true,
  write: false,
};

/** The program as one file of CommonJS, which is what Node takes into an executable. */
export async function singleFile(): Promise<Uint8Array> {
  const { files } = await builtPage();
  const { outputFiles } = await build({ ...common, format: "cjs", legalComments: "none", plugins: [withPage(files)] });
  const [file, ...others] = outputFiles;
  if (file === undefined || others.length > 0) throw new Error(`esbuild wrote ${outputFiles.length} files, not one`);
  return file.contents;
}

/**
 * Writes the bundle to a directory, which it empties first. The same sources give the same files for every directory: the
 * names of the parts depend on esbuild's output directory, so that is always `dist`.
 * @returns the bundled packages
 */
export async function bundle(to: string): Promise<readonly BundledPackage[]> {
  const page = await builtPage();
  const { outputFiles, metafile } = await build({
    ...common,
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
  const outputs = { ...metafile.outputs, ...page.metafile.outputs };
  const packages = await bundledPackages({ ...metafile, outputs }, root);
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const { path, contents } of outputFiles) await writeFile(join(to, basename(path)), contents);
  await writeFile(join(to, "third-party-licences.txt"), licencesText(packages));
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

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await bundle(join(root, "dist"));
