import type { Bug } from "../bugs/bugs.ts";

/** Deliberate bugs of who hears events, and the world that shows each. */
export interface EventsBug extends Pick<Bug, "name" | "changes"> {
  readonly seed: number;
}

const one = (name: string, seed: number, file: string, was: string, becomes: string): EventsBug => ({
  name,
  seed,
  changes: [{ file, was, becomes }],
});

export const eventsBugs: readonly EventsBug[] = [
  one("trust without a heartbeat", 1, "events/heartbeat.ts", "return now < liveUntil(beats);", "return true;"),
  one(
    "take any token for a heartbeat",
    3,
    "events/heartbeat.ts",
    "const sentAt = before.sent.get(token);",
    "const sentAt = before.sent.get(token) ?? [...before.sent.values()].at(-1);",
  ),
  one(
    "slow down before an event of a kind was heard",
    1,
    "events/announced.ts",
    "return this.#lastHeardAt > Number.NEGATIVE_INFINITY && now",
    "return now",
  ),
  one(
    "take hints about what is not kept for events that arrive",
    1,
    "events/region-events.ts",
    "if (this.#region?.hear(hint) !== true) return;",
    "this.#region?.hear(hint);",
  ),
  one(
    "wake by name without the region",
    1,
    "events/events.ts",
    "const region = this.#regions.get(keyOf(message.place));",
    "const region = [...this.#regions.values()][0];",
  ),
  one(
    "do not read at once when the path has died",
    4,
    "aws/batch-region.ts",
    'if (!announcements.trusts("jobs")) followedJobs.distrust();',
    "",
  ),
  one(
    "read a job once after a hint, which AWS may answer from before",
    4,
    "aws/followed-jobs.ts",
    "if (record === undefined || now < hintedUntil) return soonMs;",
    "if (record === undefined) return soonMs;",
  ),
  one(
    "read resources once after a hint, which AWS may answer from before",
    5,
    "aws/hint.ts",
    "return begunAt < sureAt ? sureAt : Number.POSITIVE_INFINITY;",
    "return begunAt < sureAt ? Number.POSITIVE_INFINITY : Number.POSITIVE_INFINITY;",
  ),
  one(
    "give up the queue after a refusal",
    2,
    "events/listener.ts",
    "await new Alarm(clock).wait(backoffMs(this.#failures - 1, retry, random), signal);",
    "return;",
  ),
  one(
    "send no heartbeat after one that failed",
    5,
    "events/region-events.ts",
    "if (nextAt <= now) {",
    "if (this.#sendFails) nextAt = now + beatMs;\n      if (nextAt <= now) {",
  ),
  one("keep messages", 1, "events/listener.ts", "if (messages.length > 0)\n", "if (messages.length > 10)\n"),
  one(
    "trust after a miss",
    2,
    "events/announced.ts",
    "now - this.#lastMissedAt >= distrustMs;",
    "now - this.#lastMissedAt >= 0;",
  ),
  one("hear nothing of resources", 4, "aws/batch-region.ts", "else if (isDescribed(key)) lists.hear();", ""),
];
