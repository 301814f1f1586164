/** What AWS had at each moment of a story, as far as the calls and their answers say. Pure. */

import type { Exchange } from "./exchange.ts";

type Item = Readonly<Record<string, unknown>>;

/** AWS shows a write within this time: until then a read may come from before it. */
const shownWithinMs = 6000;

export class Replayed {
  readonly environments = new Map<string, Item>();
  readonly queues = new Map<string, Item>();
  readonly definitions = new Map<string, Item>();
  readonly jobs = new Map<string, Item>();
  /** By ARN: when the operator last wrote it. */
  readonly #writtenAt = new Map<string, number>();

  /** A read shows more; a write that AWS took has its effect. */
  take({ operation, input, answer, at, status, by }: Exchange): void {
    if (status >= 300) return;
    const said = (answer ?? {}) as Item;
    switch (operation) {
      case "DescribeComputeEnvironments":
        this.#read(this.environments, said["computeEnvironments"], "computeEnvironmentArn", at, by === "outside");
        return;
      case "DescribeJobQueues":
        this.#read(this.queues, said["jobQueues"], "jobQueueArn", at, by === "outside");
        return;
      case "DescribeJobs":
        this.#read(this.jobs, said["jobs"], "jobId", at, false);
        return;
      case "RegisterJobDefinition": {
        const arn = String(said["jobDefinitionArn"]);
        this.definitions.set(arn, { ...input, ...said, status: "ACTIVE" });
        return;
      }
      case "DeregisterJobDefinition":
        this.#change(this.definitions, "jobDefinitionArn", input["jobDefinition"], { status: "INACTIVE" }, at);
        return;
      case "UpdateComputeEnvironment": {
        const { state } = input as { state?: string };
        const changes = state === undefined ? {} : { state };
        this.#change(this.environments, "computeEnvironmentArn", input["computeEnvironment"], changes, at);
        return;
      }
      case "DeleteComputeEnvironment": {
        const changes = { status: "DELETING" };
        this.#change(this.environments, "computeEnvironmentArn", input["computeEnvironment"], changes, at);
        return;
      }
      case "UpdateJobQueue": {
        const { jobQueue, computeEnvironmentOrder, ...changes } = input as Item & { computeEnvironmentOrder?: Item[] };
        // A write may name what a read shows by its ARN.
        const order = computeEnvironmentOrder?.map(({ computeEnvironment, ...one }) => ({
          ...one,
          computeEnvironment:
            [...this.environments.keys()].find((arn) => named(arn, computeEnvironment)) ?? computeEnvironment,
        }));
        const ordered = order === undefined ? changes : { ...changes, computeEnvironmentOrder: order };
        this.#change(this.queues, "jobQueueArn", jobQueue, ordered, at);
        return;
      }
      case "DeleteJobQueue":
        this.#change(this.queues, "jobQueueArn", input["jobQueue"], { status: "DELETING" }, at);
        // AWS ends its jobs.
        for (const [id, job] of this.jobs) {
          if (named(String(job["jobQueue"]), input["jobQueue"])) this.jobs.set(id, { ...job, isTerminated: true });
        }
        return;
      case "TerminateJob":
        this.#change(this.jobs, "jobId", input["jobId"], { isTerminated: true }, at);
        return;
      default:
        return;
    }
  }

  #read(into: Map<string, Item>, items: unknown, key: string, at: number, isWhole: boolean): void {
    const seen = new Map(((items ?? []) as readonly Item[]).map((one) => [String(one[key]), one]));
    const isStale = (arn: string): boolean =>
      at - (this.#writtenAt.get(arn) ?? Number.NEGATIVE_INFINITY) < shownWithinMs;
    for (const [arn, one] of seen) {
      if (!isStale(arn))
        into.set(arn, { ...one, ...(into.get(arn)?.["isTerminated"] === true ? { isTerminated: true } : {}) });
    }
    if (!isWhole) return;
    for (const arn of into.keys()) if (!seen.has(arn) && !isStale(arn)) into.delete(arn);
  }

  #change(of: Map<string, Item>, key: string, reference: unknown, changes: object, at: number): void {
    for (const [arn, one] of of) {
      if (!named(String(one[key]), reference)) continue;
      of.set(arn, { ...one, ...changes });
      this.#writtenAt.set(arn, at);
    }
  }
}

/** Whether a call names what has this ARN, by it or by its name. */
function named(arn: string, reference: unknown): boolean {
  return typeof reference === "string" && (arn === reference || arn.endsWith(`/${reference}`));
}
