import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { copyOf } from "./command.ts";
import { exampleNamed } from "./examples.ts";
import { type AwsLine, type Line, type LocalRun, runLocal, type StatusLine } from "./local-session.ts";

const story = (step: string) => exampleNamed(`blue-green-story/${step}`);

/** What the lines say of AWS, in the end and at every moment before. */
class Account {
  readonly environments = new Map<string, AwsLine>();
  readonly queues = new Map<string, AwsLine>();
  /** Moments at which a queue that was VALID once named no environment that is ENABLED and VALID. */
  readonly starved: string[] = [];
  /** Queues that were VALID once and are not being deleted. */
  readonly served = new Set<string>();

  constructor(lines: readonly Line[]) {
    for (const line of lines) if (line.type === "aws") this.#take(line, line.time);
  }

  #take(line: AwsLine, time: string): void {
    if (line.kind === "computeEnvironment") this.environments.set(line.name, line);
    if (line.kind === "jobQueue") this.queues.set(line.name, line);
    for (const { name, status, order = [] } of this.queues.values()) {
      if (status === "VALID") this.served.add(name);
      if (status === "DELETING") this.served.delete(name);
      if (this.served.has(name) && !order.some((one) => this.isUsable(one))) {
        this.starved.push(`${time}: ${name} on ${order.join(", ")} after ${line.name} ${line.state} ${line.status}`);
      }
    }
  }

  isUsable(name: string): boolean {
    const environment = this.environments.get(name);
    return environment?.state === "ENABLED" && environment.status === "VALID";
  }

  /** Names of the environments that are not gone. */
  get live(): readonly string[] {
    const isLive = ({ status }: AwsLine): boolean => status !== "DELETED" && status !== "GONE";
    return [...this.environments.values()].filter(isLive).map(({ name }) => name);
  }

  get order(): readonly string[] {
    return this.queues.get("default_story")?.order ?? [];
  }
}

function lastStatus(lines: readonly Line[], kind: string): StatusLine | undefined {
  return lines.filter((line) => line.type === "status").findLast((line) => line.kind === kind);
}

function writesOf(lines: readonly Line[], operation: string): number {
  return lines.filter((line) => line.type === "awsWrite" && line.operation === operation).length;
}

/** All Ready, no environment on its way out, and one environment in AWS, which the queue names. */
function atRest({ lines }: LocalRun, generation: number): boolean {
  const environment = lastStatus(lines, "BatchComputeEnvironment");
  const account = new Account(lines);
  return (
    environment?.generation === generation &&
    environment.phase === "ready" &&
    (environment.status?.predecessors ?? []).length === 0 &&
    lastStatus(lines, "JobQueue")?.phase === "ready" &&
    account.live.length === 1 &&
    account.order.join() === account.live.join()
  );
}

/** The story's first step at rest, and how to take another one. */
async function begun() {
  const directory = copyOf(story("1-first"));
  const clock = new VirtualClock();
  const run = await runLocal(directory, clock);
  await run.until("the first step is at rest", () => atRest(run, 1));
  const take = (step: string): void => cpSync(story(step).directory, directory, { recursive: true });
  /** Takes a step and gives the lines that came of it. */
  const taken = async (step: string, generation: number): Promise<readonly Line[]> => {
    const from = run.lines.length;
    take(step);
    await run.until(`${step} is at rest`, () => atRest(run, generation));
    return run.lines.slice(from);
  };
  return { directory, clock, run, take, taken };
}

const reasonsOf = (lines: readonly Line[], kind: string): readonly string[] =>
  lines.flatMap((line) => (line.type === "status" && line.kind === kind ? [line.reason] : []));

describe("the blue-green story", () => {
  it("goes on to its end while the queue always names a usable environment", async () => {
    const { directory, clock, run, take, taken } = await begun();
    const { live: first } = new Account(run.lines);
    // As the README has it.
    expect(first).toEqual(["default_story-02f4205e"]);

    const second = await taken("2-instance-type-changed", 2);
    expect(reasonsOf(second, "BatchComputeEnvironment")).toEqual(expect.arrayContaining(["Creating", "Available"]));
    expect(writesOf(second, "UpdateJobQueue")).toBe(1);
    const { live: changed } = new Account(run.lines);
    expect(changed).not.toEqual(first);

    const beforeMistake = run.lines.length;
    take("3-impossible");
    await run.until("the mistake stalls", () => lastStatus(run.lines, "BatchComputeEnvironment")?.phase === "stalled");
    await run.seconds(600);
    const mistake = run.lines.slice(beforeMistake);
    expect(lastStatus(mistake, "BatchComputeEnvironment")).toMatchObject({
      reason: "InvalidRequest",
      message: expect.stringMatching(/Instance type can only be one of \[.*\]: m6i\.lagre is not among them/),
    });
    // Refused, and tried again every five minutes.
    expect(mistake.filter(({ type }) => type === "awsWrite")).toHaveLength(
      writesOf(mistake, "CreateComputeEnvironment"),
    );
    expect(reasonsOf(mistake, "JobQueue")).toEqual([]);
    expect(new Account(run.lines).order).toEqual(changed);

    const corrected = await taken("4-corrected", 4);
    expect(writesOf(corrected, "UpdateJobQueue")).toBe(1);
    expect(writesOf(corrected, "DeleteComputeEnvironment")).toBe(1);
    expect(new Account(run.lines).live).not.toEqual(changed);

    const back = await taken("5-back-to-the-first", 5);
    expect(writesOf(back, "UpdateJobQueue")).toBe(1);
    expect(new Account(run.lines).live).toEqual(first);

    expect(await run.interrupt()).toBe(0);
    expect(run.lines.at(-1)).toMatchObject({ type: "end", outcome: "interrupted" });
    expect([...new Account(run.lines).served]).toEqual(["default_story"]);
    expect(new Account(run.lines).starved).toEqual([]);

    const end = await runLocal(directory, clock, { delete: true });
    expect(await end.ended()).toBe(0);
    const { live, queues } = new Account(end.lines);
    expect(live).toEqual([]);
    expect([...queues.values()].map(({ status }) => status)).toEqual(["DELETED"]);
  });

  it("takes the old environment again when the spec goes back within the soak", async () => {
    const { run, take } = await begun();
    const { live: first } = new Account(run.lines);
    take("2-instance-type-changed");
    await run.until("the queue has moved", () => new Account(run.lines).order.join() !== first.join());
    await run.seconds(30);
    take("1-first");
    await run.until("the story is where it was", () => atRest(run, 3));
    expect(new Account(run.lines).live).toEqual(first);
    expect(writesOf(run.lines, "CreateComputeEnvironment")).toBe(2);
    expect(new Account(run.lines).starved).toEqual([]);
    expect(await run.interrupt()).toBe(0);
  });

  it("ends with the very spec that it began with", () => {
    const specOf = (step: string): string =>
      readFileSync(join(story(step).directory, "compute-environment.yaml"), "utf8").replace(/^#.*\n/, "");
    expect(specOf("5-back-to-the-first")).toBe(specOf("1-first"));
    expect(specOf("2-instance-type-changed")).not.toBe(specOf("1-first"));
  });
});
