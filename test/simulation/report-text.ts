import type { Outcome } from "./run.ts";
import { wordsOf } from "./story.ts";

/** A broken promise as a person reads it: which, in which world, and how to see it again. */
export function violationText({ story, violations }: Outcome): string {
  const [first] = violations;
  if (first === undefined) return `seed ${story.seed}: no promise is broken`;
  return [
    `seed ${story.seed} breaks the promise "${first.oracle}" after ${first.at} s:`,
    `   ${first.message}`,
    `   replay: npm run simulate -- --seed ${story.seed}${story.sort === undefined ? "" : ` --sort ${story.sort}`} --trace`,
  ].join("\n");
}

/** The story itself, a line for each step. */
export function storyText({ story }: Outcome): string {
  const knobs = Object.entries(story.knobs).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [
    `${story.steps.length} steps, ${story.replicas} replicas, ${knobs.join(" ")}`,
    ...story.steps.map((step) => `   ${wordsOf(step)}`),
  ].join("\n");
}
