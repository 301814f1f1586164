/**
 * `npm run record`: runs the first two steps of the blue-green story with the operator and the simulated AWS, and writes
 * the recording to docs/pictures, light and dark, and pictures of the page of `ui`. The clock is virtual.
 */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { runLocal } from "../../test/examples/local-session.ts";
import { drawing } from "./drawing.ts";
import { framesOf, type Recorded } from "./frames.ts";
import { overview } from "./overview.ts";
import { takeScreenshots } from "./screenshots.ts";
import type { Scheme } from "./shapes.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const steps = ["1-first", "2-instance-type-changed"].map((step) => join(root, "examples/blue-green-story", step));
/** How long the run goes on after each step: until nothing changes any more. */
const secondsPerStep = [75, 300] as const;

const lines = await recorded();
const frames = framesOf(lines);
const pictures = join(root, "docs/pictures");
mkdirSync(pictures, { recursive: true });
for (const scheme of ["light", "dark"] as const satisfies readonly Scheme[]) {
  writeFileSync(join(pictures, `overview-${scheme}.svg`), overview(scheme));
  writeFileSync(join(pictures, `blue-green-${scheme}.svg`), drawing(frames, scheme));
}
await takeScreenshots(root, pictures);

async function recorded(): Promise<readonly Recorded[]> {
  const directory = mkdtempSync(join(tmpdir(), "record-"));
  const clock = new VirtualClock();
  const changes: Recorded[] = [];
  const take = (step: string): void => {
    cpSync(step, directory, { recursive: true });
    const spec = /instanceTypes: .*/.exec(readFileSync(join(step, "compute-environment.yaml"), "utf8"))?.[0] ?? "";
    changes.push({ type: "spec", time: new Date(clock.now()).toISOString(), spec });
  };
  try {
    const [first = "", ...others] = steps;
    take(first);
    const run = await runLocal(directory, clock);
    await run.seconds(secondsPerStep[0]);
    for (const step of others) {
      take(step);
      await run.seconds(secondsPerStep[1]);
    }
    await run.interrupt();
    return [...changes, ...run.lines].toSorted((left, right) => Date.parse(left.time) - Date.parse(right.time));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
