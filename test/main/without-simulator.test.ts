import { build } from "esbuild";
import { expect, it } from "vitest";

it("is not loaded when the operator runs", async () => {
  const { metafile } = await build({
    entryPoints: ["src/main.ts"],
    bundle: true,
    splitting: true,
    outdir: "dist",
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: imported, kind } of metafile.inputs[path]?.imports ?? []) {
      if (kind !== "dynamic-import") load(imported);
    }
  };
  load("src/main.ts");
  load("src/operator/run.ts");
  expect(loaded.size).toBeGreaterThan(100);
  expect([...loaded].filter((path) => path.startsWith("src/simulator/"))).toEqual([]);
});
