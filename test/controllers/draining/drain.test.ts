import { describe, expect, it } from "vitest";
import { type Drained, drained, terminated } from "../../../src/controllers/draining/drain.ts";

const now = Date.UTC(2026, 0, 1, 12);
const job = (jobId: string) => ({ jobId });
type Given = Partial<Drained<{ readonly jobId: string }>>;
const what = (given: Given = {}) => ({
  name: "ce",
  where: "on ce",
  jobs: { kind: "read", remaining: [job("j1"), job("j2")], zeroForMs: undefined } as const,
  policy: { policy: "Terminate", timeoutSeconds: 60 } as const,
  since: now - 60_000,
  emptyForMs: 10_000,
  ...given,
});
const empty = (zeroForMs: number) => ({ kind: "read", remaining: [], zeroForMs }) as const;

describe("what is to be deleted", () => {
  it.each<[string, Given, string, number | undefined]>([
    ["is counted first", { jobs: undefined }, "the jobs on ce are being counted", 5000],
    [
      "stays while it cannot be counted",
      { jobs: { kind: "unread", why: "no" } },
      "the operator cannot count the jobs on ce, so it keeps ce: no",
      10_000,
    ],
    [
      "is counted again when it is empty",
      { jobs: empty(9000) },
      "no job is left on ce; counting once more to be sure",
      1000,
    ],
    ["is empty when two counts say so", { jobs: empty(10_000) }, "empty", undefined],
    [
      "waits for its jobs by default",
      { policy: undefined, hint: ". None can start" },
      "ce waits for 2 jobs to end; no job is terminated (drain.policy: Wait). None can start",
      60_000,
    ],
    [
      "waits for its jobs up to a timeout",
      { since: now - 50_000 },
      "ce waits for 2 jobs to end; the operator terminates them at drain.timeoutSeconds",
      10_000,
    ],
    [
      "waits on where nobody knows since when",
      { since: Number.NaN },
      "ce waits for 2 jobs to end; the operator terminates them at drain.timeoutSeconds",
      60_000,
    ],
    [
      "is counted ever less often while its jobs go on",
      { policy: undefined, since: now - 30 * 60_000 },
      "ce waits for 2 jobs to end; no job is terminated (drain.policy: Wait)",
      180_000,
    ],
    [
      "is counted each ten minutes at least",
      { policy: undefined, since: now - 24 * 3600_000 },
      "ce waits for 2 jobs to end; no job is terminated (drain.policy: Wait)",
      600_000,
    ],
    [
      "is counted at its timeout, however long that is",
      { policy: { policy: "Terminate", timeoutSeconds: 3600 }, since: now - 3599_000 },
      "ce waits for 2 jobs to end; the operator terminates them at drain.timeoutSeconds",
      1000,
    ],
    [
      "is asked for ever less often while AWS refuses",
      { jobs: { kind: "unread", why: "no" }, since: now - 30 * 60_000 },
      "the operator cannot count the jobs on ce, so it keeps ce: no",
      180_000,
    ],
    ["has overdue jobs at its timeout", {}, "overdue", undefined],
  ])("%s", (_name, given, expected, checkInMs) => {
    const found = drained(what(given), now);
    if (found.kind !== "wait") expect([found.kind, undefined]).toEqual([expected, checkInMs]);
    else expect([found.message, found.checkInMs]).toEqual([expected, checkInMs]);
  });
});

describe("overdue jobs", () => {
  const overdue = { kind: "overdue", remaining: [job("j2"), job("j1")] } as const;

  it.each([
    [undefined, ["j2", "j1"], "act", "terminating 2 jobs on ce that ran past drain.timeoutSeconds"],
    [now - 60_000, ["j1"], "act", "terminating 1 of 2 jobs on ce that ran past drain.timeoutSeconds"],
    [now - 59_000, ["j1"], "wait", "ce waits for 2 jobs, which is being terminated"],
    [now - 59_000, ["j2", "j1"], "wait", "ce waits for 2 jobs, which are being terminated"],
  ])("that were terminated at %s, of %j: %s", (terminatedAt, jobIds, kind, message) => {
    const step = terminated(what(), { ...overdue, terminatedAt }, jobIds, now);
    expect(step).toMatchObject({ kind, message: expect.stringContaining(message) });
    if (step.kind === "act") expect(step.action.jobIds).toEqual([...jobIds].sort());
    else expect(step.checkInMs).toBe(1000);
  });
});
