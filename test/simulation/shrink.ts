import { storyText } from "./report-text.ts";
import { type Outcome, runStory } from "./run.ts";
import { isFault, type Step, type Story } from "./story.ts";

/** The shortest story that was found, as a person reads it. */
export async function shrunkText(failing: Outcome, most?: number): Promise<string> {
  const shorter = await shrunk(failing, most);
  return `shrunk to ${storyText(shorter)}\n   ${shorter.violations[0]?.message ?? ""}`;
}

/**
 * The shortest story that could be found in which the same promise is still broken: faults go first, then steps, in
 * ever smaller groups.
 *
 * @param most worlds to try
 */
export async function shrunk(failing: Outcome, most = 80): Promise<Outcome> {
  const oracle = failing.violations[0]?.oracle;
  let best = failing;
  let left = most;
  const tryWith = async (steps: readonly Step[]): Promise<boolean> => {
    if (left <= 0) return false;
    left--;
    const story: Story = { ...best.story, steps };
    const outcome = await runStory(story);
    if (outcome.violations[0]?.oracle !== oracle) return false;
    best = outcome;
    return true;
  };

  // What came after the violation cannot have caused it.
  const until = failing.violations[0]?.at ?? Number.POSITIVE_INFINITY;
  await tryWith(best.story.steps.filter(({ at }) => at <= until));
  for (const kind of [isFault, (step: Step) => !isFault(step)]) {
    const candidates = (): readonly Step[] => best.story.steps.filter(kind);
    for (let size = Math.ceil(candidates().length / 2); size >= 1 && left > 0; size = Math.floor(size / 2)) {
      for (let start = 0; start < candidates().length && left > 0; ) {
        const gone = new Set(candidates().slice(start, start + size));
        const without = best.story.steps.filter((step) => !gone.has(step));
        if (!(await tryWith(without))) start += size;
      }
    }
  }
  return best;
}
