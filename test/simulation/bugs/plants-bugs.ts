import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { bugs } from "./bugs.ts";
import type { Catch } from "./hunt.ts";

/** Timeout: a sweep of some hundred runs takes 12 s alone, and ten times that on a busy machine. */
const longestMs = 10 * 60_000;

/** Plants some bugs, each in the story that is named with it. @param isChosen by the bug's place in the list */
export function plantsBugs(isChosen: (index: number) => boolean): void {
  const chosen = bugs.map((bug, index) => [bug.name, bug, index] as const).filter(([, , index]) => isChosen(index));

  describe("a planted bug", () => {
    it.each(chosen)(
      "“%s” is found in its story",
      async (_name, { by }, index) => {
        const hunt = fileURLToPath(new URL("hunt.ts", import.meta.url));
        const { stdout } = await promisify(execFile)(process.execPath, [hunt, String(index), "quick"]);
        const { found, runs } = JSON.parse(stdout) as Catch;
        expect(found).toBeDefined();
        if (by === undefined) expect(runs).toBe(1);
      },
      longestMs,
    );
  });
}
