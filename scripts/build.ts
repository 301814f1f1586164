/**
 * Bundles the operator for the image: `dist/main.js`, beside it what only some commands load, and the licences of what
 * is bundled.
 */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type BundledPackage, bundledPackages, licencesText } from "./licences.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * Writes the bundle to a directory, which is emptied before. The same sources give the same files, wherever they go:
 * the names of the parts depend on where esbuild believes to write, so that is always `dist`.
 * @returns what is in it of others
 */
export async function bundle(to: string): Promise<readonly BundledPackage[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    outdir: "dist",
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // The ES modules of a package, where it has them: only what is used of those stays, and `import()` gives their names.
    mainFields: ["module", "main"],
    minify: true,
    splitting: true,
    sourcemap: true,
    legalComments: "linked",
    // Some dependencies are CommonJS and ask for `require` and `__dirname`.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    metafile: true,
    write: false,
  });
  const packages = await bundledPackages(metafile, root);
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const { path, contents } of outputFiles) await writeFile(join(to, basename(path)), contents);
  await writeFile(join(to, "third-party-licences.txt"), licencesText(packages));
  return packages;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await bundle(join(root, "dist"));
