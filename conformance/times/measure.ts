/** Measures how long AWS takes for its work, on resources of its own, which it deletes. */

import { type Account, answerOf } from "../account/account.ts";
import { ec2, fargate, queue } from "../facts/inputs.ts";
import type { Call } from "../facts/row.ts";
import { onEc2, role, smallQueue } from "../facts/stage.ts";
import { inAccount, prefixOf, type Run } from "../names/renaming.ts";
import type { Progress } from "../progress.ts";
import type { Time } from "../rest.ts";
import { sideBySide } from "../side-by-side.ts";
import { type MeasureId, measures } from "./spread.ts";

const rounds = [1, 2, 3] as const;
/** How many times there are in all: of a role, of four environments and those of Fargate, of each round, and of an instance. */
const inAll = 1 + 2 * 4 + 10 * rounds.length;
const ofInstance = 3;
/** Jobs wait for an instance longer than for anything else. */
const longestInstanceMs = 20 * 60_000;
const betweenMs = 2000;
/** What takes longer has no time in the report. */
const longestMs = 10 * 60_000;
const roleTries = 8;
const betweenRolesMs = 3000;

type Named = Readonly<Record<string, unknown>>;
type Seen = ReadonlyMap<string, Named>;

export class Measuring {
  readonly #say: (progress: Progress) => void;
  readonly #durations: Map<MeasureId, number[]>;
  readonly #account: Account;
  readonly #run: Run;
  readonly #time: Time;
  readonly #tries: string[] = [];
  readonly #inAll: number;

  /** @param where `durations` gets each time as soon as it is known, `mayStart` whether the run may start its instance */
  constructor(where: {
    readonly mayStart: boolean;
    readonly account: Account;
    readonly run: Run;
    readonly time: Time;
    readonly durations: Map<MeasureId, number[]>;
    readonly say: (progress: Progress) => void;
  }) {
    const { account, run, time, durations, say } = where;
    this.#inAll = where.mayStart ? inAll + ofInstance : inAll;
    this.#say = say;
    this.#durations = durations;
    this.#account = account;
    this.#run = run;
    this.#time = time;
  }

  /** To be called as soon as the roles of the run are made. @throws Error with AWS's words */
  async role(): Promise<void> {
    const start = this.#time.now();
    while (this.#tries.length < roleTries) {
      const name = `timed-role-${this.#tries.length + 1}`;
      await this.#make("CreateComputeEnvironment", {
        computeEnvironmentName: name,
        type: "UNMANAGED",
        serviceRole: role,
      });
      this.#tries.push(this.#name(name));
      await this.#time.pause(betweenRolesMs);
      const seen = await this.#environments(this.#tries);
      if (![...seen.values()].some(({ status }) => status === "VALID")) continue;
      this.#add("role", this.#time.now() - start);
      return;
    }
  }

  /** Everything but the role. @throws Error with AWS's words */
  async others(): Promise<void> {
    const numbered = rounds.map((at) => `timed-${at}`);
    const ofFargate = rounds.map((at) => `timed-fargate-${at}`);
    const onEc2 = [...numbered, "timed-spare"];
    const made = new Map<string, number>();
    for (const name of [...onEc2, ...ofFargate]) {
      made.set(this.#name(name), this.#time.now());
      await this.#make("CreateComputeEnvironment", name.includes("fargate") ? fargate(name) : ec2(name));
    }
    const isValid = ({ status }: Named): boolean => status === "VALID";
    await this.#until(
      made,
      (names) => this.#environments(names),
      isValid,
      (name) => (name.includes("fargate") ? "createFargate" : "createEc2"),
    );
    const queues = await this.#queues(numbered);
    // Jobs that are submitted from here on never start.
    const all = [...onEc2, ...ofFargate].map((name) => this.#name(name));
    await this.#disable(all, "update");
    // The environment that the queues keep, and what refers to it, stay for the removal of the run.
    await together([
      () =>
        this.#deleteAll(
          ofFargate.map((name) => this.#name(name)),
          { gone: "deleteEnvironment" },
        ),
      async () => {
        await this.#disable(this.#tries, undefined);
        await this.#deleteAll(this.#tries, {});
      },
      async () => {
        await this.#tags(numbered);
        await this.#jobs(numbered);
        await this.#detach(numbered);
        await together([
          () =>
            this.#deleteAll(
              numbered.map((name) => this.#name(name)),
              { taken: "relation", gone: "deleteEnvironment" },
            ),
          () => this.#deleteQueues(queues),
        ]);
      },
    ]);
  }

  /** To be called once the stage is there, before any job runs on its instance. @throws Error with AWS's words */
  async instance(): Promise<void> {
    await this.#make("RegisterJobDefinition", { ...onEc2({ command: ["sleep", "900"] }), jobDefinitionName: "timed" });
    const job = { jobName: "timed-instance", jobQueue: smallQueue, jobDefinition: "timed" };
    const { jobId = "" } = await this.#make<{ jobId?: string }>("SubmitJob", job);
    const reach = async (id: MeasureId, statuses: readonly string[], start: number): Promise<number> => {
      const read = async (): Promise<Seen> => {
        const { jobs = [] } = await this.#ask<{ jobs?: Named[] }>("DescribeJobs", { jobs: [jobId] });
        return new Map(jobs.map((one) => [jobId, one]));
      };
      const isThere = ({ status }: Named): boolean => statuses.includes(String(status));
      await this.#until(new Map([[jobId, start]]), read, isThere, () => id, betweenMs, longestInstanceMs);
      return this.#time.now();
    };
    const placed = await reach("instance", ["STARTING", "RUNNING"], this.#time.now());
    await reach("container", ["RUNNING"], placed);
    const asked = this.#time.now();
    await this.#ask("TerminateJob", { jobId, reason: "its time has been taken" });
    await reach("stop", ["FAILED", "SUCCEEDED"], asked);
  }

  async #queues(names: readonly string[]): Promise<readonly string[]> {
    const made = new Map<string, number>();
    for (const name of names) {
      made.set(this.#name(name), this.#time.now());
      await this.#make("CreateJobQueue", queue(name, name));
      const written = new Map([[this.#name(name), this.#time.now()]]);
      await this.#until(
        written,
        (asked) => this.#queuesNow(asked),
        () => true,
        () => "write",
        0,
      );
    }
    const isValid = ({ status }: Named): boolean => status === "VALID";
    await this.#until(
      made,
      (asked) => this.#queuesNow(asked),
      isValid,
      () => "createQueue",
    );
    return [...made.keys()];
  }

  async #disable(names: readonly string[], measured: MeasureId | undefined): Promise<void> {
    const asked = new Map<string, number>();
    for (const computeEnvironment of names) {
      asked.set(computeEnvironment, this.#time.now());
      await this.#ask("UpdateComputeEnvironment", { computeEnvironment, state: "DISABLED" });
    }
    const isDone = ({ state, status }: Named): boolean => state === "DISABLED" && status !== "UPDATING";
    await this.#until(
      asked,
      (left) => this.#environments(left),
      isDone,
      () => measured,
    );
  }

  async #tags(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const resourceArn = this.#arn(`job-queue/${this.#name(name)}`);
      await this.#ask("TagResource", { resourceArn, tags: { timed: name } });
      const read = async (): Promise<Seen> =>
        new Map([[name, (await this.#ask<{ tags?: Named }>("ListTagsForResource", { resourceArn })).tags ?? {}]]);
      const start = new Map([[name, this.#time.now()]]);
      await this.#until(
        start,
        read,
        ({ timed }) => timed === name,
        () => "tag",
        0,
      );
    }
  }

  async #jobs(names: readonly string[]): Promise<void> {
    await this.#make("RegisterJobDefinition", { ...onEc2(), jobDefinitionName: "timed" });
    for (const name of names) {
      const jobQueue = this.#name(name);
      const jobName = this.#name(name);
      const call = { jobName: name, jobQueue: name, jobDefinition: "timed" };
      const { jobId = "" } = await this.#make<{ jobId?: string }>("SubmitJob", call);
      const filters = [{ name: "JOB_NAME", values: [call.jobName] }];
      const read = async (): Promise<Seen> => {
        const { jobSummaryList = [] } = await this.#ask<{ jobSummaryList?: Named[] }>("ListJobs", {
          jobQueue,
          filters,
        });
        return new Map(jobSummaryList.map((one) => [jobName, one]));
      };
      await this.#until(
        new Map([[jobName, this.#time.now()]]),
        read,
        (one) => one["jobId"] === jobId,
        () => "job",
        0,
      );
      await this.#ask("TerminateJob", { jobId, reason: "its time has been taken" });
    }
  }

  /** Takes each queue from its environment. */
  async #detach(names: readonly string[]): Promise<void> {
    const spare = this.#name("timed-spare");
    const asked = new Map<string, number>();
    for (const name of names) {
      const jobQueue = this.#name(name);
      await this.#ask("UpdateJobQueue", {
        jobQueue,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: spare }],
      });
      asked.set(jobQueue, this.#time.now());
    }
    const isDetached = (one: Named): boolean =>
      one["status"] === "VALID" && JSON.stringify(one["computeEnvironmentOrder"]).includes(spare);
    await this.#until(
      asked,
      (left) => this.#queuesNow(left),
      isDetached,
      () => undefined,
    );
  }

  async #deleteQueues(names: readonly string[]): Promise<void> {
    const asked = new Map<string, number>();
    for (const jobQueue of names) {
      await this.#ask("UpdateJobQueue", { jobQueue, state: "DISABLED" });
      asked.set(jobQueue, this.#time.now());
    }
    const isDone = ({ state, status }: Named): boolean => state === "DISABLED" && status === "VALID";
    await this.#until(
      asked,
      (left) => this.#queuesNow(left),
      isDone,
      () => undefined,
    );
    const deleted = new Map<string, number>();
    for (const jobQueue of names) {
      deleted.set(jobQueue, this.#time.now());
      await this.#ask("DeleteJobQueue", { jobQueue });
    }
    await this.#until(
      deleted,
      async (left) => gone(left, await this.#queuesNow(left)),
      () => true,
      () => "deleteQueue",
    );
  }

  /** Deletes DISABLED environments as soon as AWS lets them go. */
  async #deleteAll(
    names: readonly string[],
    measured: { readonly taken?: MeasureId; readonly gone?: MeasureId },
  ): Promise<void> {
    const start = this.#time.now();
    const deleted = new Map<string, number>();
    const take = async (left: readonly string[]): Promise<Seen> => {
      const taken = new Map<string, Named>();
      for (const computeEnvironment of left) {
        const at = this.#time.now();
        const { error } = await this.#account.batch("DeleteComputeEnvironment", { computeEnvironment });
        if (error !== undefined) continue;
        taken.set(computeEnvironment, {});
        deleted.set(computeEnvironment, at);
      }
      return taken;
    };
    await this.#until(
      new Map(names.map((name) => [name, start])),
      take,
      () => true,
      () => measured.taken,
    );
    const read = async (left: readonly string[]): Promise<Seen> => gone(left, await this.#environments(left));
    await this.#until(
      deleted,
      read,
      () => true,
      () => measured.gone,
    );
  }

  /** Waits until all that began at some time has arrived, and adds how long each took. */
  async #until(
    began: ReadonlyMap<string, number>,
    read: (left: readonly string[]) => Promise<Seen>,
    hasArrived: (one: Named) => boolean,
    measured: (name: string) => MeasureId | undefined,
    pauseMs = betweenMs,
    atMostMs = longestMs,
  ): Promise<void> {
    const left = new Map(began);
    const end = this.#time.now() + atMostMs;
    while (left.size > 0) {
      const seen = await read([...left.keys()]);
      const now = this.#time.now();
      for (const [name, start] of left) {
        const one = seen.get(name);
        if (one === undefined || !hasArrived(one)) continue;
        left.delete(name);
        const id = measured(name);
        if (id !== undefined) this.#add(id, now - start);
      }
      if (left.size === 0) return;
      if (now > end) throw new Error(`${[...left.keys()].join(", ")} took more than ${atMostMs / 60_000} minutes`);
      await this.#time.pause(pauseMs);
    }
  }

  async #environments(names: readonly string[]): Promise<Seen> {
    const { computeEnvironments = [] } = await this.#ask<{ computeEnvironments?: Named[] }>(
      "DescribeComputeEnvironments",
      { computeEnvironments: names },
    );
    return new Map(computeEnvironments.map((one) => [String(one["computeEnvironmentName"]), one]));
  }

  async #queuesNow(names: readonly string[]): Promise<Seen> {
    const { jobQueues = [] } = await this.#ask<{ jobQueues?: Named[] }>("DescribeJobQueues", { jobQueues: names });
    return new Map(jobQueues.map((one) => [String(one["jobQueueName"]), one]));
  }

  #make<Answer extends object>(operation: string, input: object): Promise<Answer> {
    const call: Call = inAccount({ operation, input }, this.#run, () => "");
    return this.#ask(call.operation, call.input);
  }

  #ask<Answer extends object>(operation: string, input: object): Promise<Answer> {
    return answerOf<Answer>(this.#account.batch, operation, input);
  }

  #add(id: MeasureId, milliseconds: number): void {
    this.#durations.set(id, [...(this.#durations.get(id) ?? []), milliseconds]);
    const done = [...this.#durations.values()].reduce((sum, { length }) => sum + length, 0);
    this.#say({ part: "times", done, of: this.#inAll, doing: measures[id].what });
  }

  #name(name: string): string {
    return prefixOf(this.#run) + name;
  }

  #arn(resource: string): string {
    const { partition, region, account } = this.#run;
    return `arn:${partition}:batch:${region}:${account}:${resource}`;
  }
}

function together(works: readonly (() => Promise<void>)[]): Promise<void> {
  return sideBySide(works, works.length, (work) => work());
}

/** Of these names, those that AWS does not describe any more, or as DELETED. */
function gone(names: readonly string[], seen: Seen): Seen {
  const there = (name: string): boolean => (seen.get(name)?.["status"] ?? "DELETED") !== "DELETED";
  return new Map(names.filter((name) => !there(name)).map((name) => [name, {}]));
}
