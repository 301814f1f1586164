/** Bundles the operator into one file, `dist/main.js`, for the image. */

import { build } from "esbuild";

await build({
  entryPoints: ["src/main.ts"],
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  minify: true,
  splitting: true,
  sourcemap: true,
  legalComments: "linked",
  // Some dependencies are CommonJS and ask for `require` and `__dirname`.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
