import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { table } from "../table.ts";

const program = fileURLToPath(new URL("cached.ts", import.meta.url));

/** Memory of the cache of BatchJob objects, with digests of those that have ended and without. */
export function jobMemory(): void {
  const rows = (["whole", "digest"] as const).map((kept) => {
    const text = execFileSync(process.execPath, ["--expose-gc", program, kept], { encoding: "utf8" });
    const { heap, objects } = JSON.parse(text) as { readonly heap: number; readonly objects: number };
    return [
      kept === "whole" ? "all of each" : "a digest of each",
      heap.toFixed(1),
      ((heap * 1024) / objects).toFixed(1),
    ];
  });
  table(
    "The cache of 10,000 BatchJobs of which 9,000 have ended",
    ["kept of those that have ended", "heap MiB", "KiB/object"],
    rows,
  );
}
