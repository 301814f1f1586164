/** Bundles the operator for the image: `dist/main.js`, and beside it what only some commands load. */

import { rmSync } from "node:fs";
import { build } from "esbuild";

const outdir = "dist";
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: ["src/main.ts"],
  outdir,
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
});
