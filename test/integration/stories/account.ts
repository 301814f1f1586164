import { systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { Knobs } from "../../../src/simulator/knobs.ts";
import { createSimulatedAws, type SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import type { Policy } from "../../policy/evaluator.ts";
import { policyFor, watchPolicy } from "../../policy/requests.ts";
import { serveChecked } from "../../simulator/checked-server.ts";

/** One call that came in by a front. */
export interface FrontCall {
  /** `performance.now()` of this process. */
  readonly atMs: number;
  readonly operation: string;
  /** The name or ARN that it is about; empty for lists. */
  readonly subject: string;
}

/** An endpoint of the account, and all that came in by it: one for each replica shows who wrote what. */
export interface Front {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  readonly calls: readonly FrontCall[];
  /** The calls that change something. */
  writes(): readonly FrontCall[];
}

export interface AccountOptions {
  /** How many times faster than AWS. */
  readonly speed?: number;
  readonly knobs?: Partial<Knobs>;
  /** 12 digits. */
  readonly id?: string;
  readonly region?: string;
}

/** A simulated AWS account behind HTTP that judges what is done to it. */
export class Account {
  readonly aws: SimulatedAws;
  /** Writes that left a queue without an ENABLED environment that works, and jobs that were killed. */
  readonly violations: string[] = [];
  /** Calls that the generated policy of the operator that made them would deny. */
  readonly denials: string[] = [];
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #usableBefore = new Map<string, boolean>();

  constructor({ speed = 20, knobs, id, region }: AccountOptions = {}) {
    this.aws = createSimulatedAws({
      clock: systemClock(speed),
      random: seededRandom(1),
      ...(knobs === undefined ? {} : { knobs }),
      ...(id === undefined ? {} : { account: id }),
      ...(region === undefined ? {} : { region }),
    });
    const policies = new Map<string, Policy>();
    const policyOf = (cluster = "default"): Policy => {
      const known = policies.get(cluster) ?? policyFor(this.aws, cluster, { inlinePolicies: true });
      policies.set(cluster, known);
      return known;
    };
    watchPolicy(this.aws, policyOf, (line) => this.denials.push(line));
    this.aws.onChange(({ kind, name, status, state, statusReason = "" }) => {
      const ours = kind === "jobQueue" || state === "DISABLED" || status === "DELETING";
      for (const queue of this.#queuesThatLostService()) {
        // AWS itself may find an environment INVALID.
        if (ours) this.violations.push(`${queue} has no usable environment since ${name} is ${state ?? ""} ${status}`);
      }
      if (kind === "job" && status === "FAILED" && statusReason.startsWith("Host EC2")) {
        this.violations.push(`job ${name} was killed`);
      }
    });
  }

  async front(): Promise<Front> {
    const calls: FrontCall[] = [];
    const { batch } = this.aws;
    const recorded = Object.fromEntries(
      Object.entries(batch).map(([name, call]) => [
        name,
        (input: object, options?: object) => {
          calls.push({ atMs: performance.now(), operation: name, subject: subjectOf(input) });
          return (call as (input: object, options?: object) => Promise<unknown>)(input, options);
        },
      ]),
    ) as unknown as typeof batch;
    const { url, close } = await serveChecked({ ...this.aws, batch: recorded }, { port: 0 });
    this.#closers.push(close);
    return { url, calls, writes: () => calls.filter(({ operation }) => !/^(describe|list|get)/.test(operation)) };
  }

  /** Names of the roles and instance profiles. */
  identities(): readonly string[] {
    return [...this.aws.truth.roles(), ...this.aws.truth.instanceProfiles()].map(({ name }) => name);
  }

  /** Names of the environments that are not gone. */
  environments(): readonly string[] {
    return this.aws.truth
      .computeEnvironments()
      .filter(({ status }) => status !== "DELETED")
      .map(({ computeEnvironmentName }) => computeEnvironmentName ?? "");
  }

  /** Names of the queues that are not gone, each with the environments that it names. */
  queues(): Readonly<Record<string, readonly string[]>> {
    const live = this.aws.truth.jobQueues().filter(({ status }) => status !== "DELETED");
    return Object.fromEntries(
      live.map(({ jobQueueName, computeEnvironmentOrder = [] }) => [
        jobQueueName,
        computeEnvironmentOrder.map(({ computeEnvironment = "" }) => lastSegment(computeEnvironment)),
      ]),
    );
  }

  /** `name:revision` of the ACTIVE ones. */
  definitions(): readonly string[] {
    return this.aws.truth
      .jobDefinitions()
      .filter(({ status }) => status === "ACTIVE")
      .map(({ jobDefinitionName, revision }) => `${jobDefinitionName}:${revision}`);
  }

  /** One environment, every queue on it, one ACTIVE revision: how a single stack must end, whatever happened. */
  get isSettled(): boolean {
    const [only, ...others] = this.environments();
    const orders = Object.values(this.queues());
    const onIt = orders.length > 0 && orders.every((order) => order.length === 1 && order[0] === only);
    return only !== undefined && others.length === 0 && onIt && this.definitions().length === 1;
  }

  /** The latest changes in AWS, for whoever wonders how it got here. */
  recently(): string {
    const lines = this.aws.history.slice(-15).map(({ at, name, state = "", status, order = [] }) => {
      const agoSeconds = Math.round((this.aws.clock.now() - at) / 1000);
      return `${agoSeconds} s of AWS ago: ${name} ${state} ${status} ${order.map(lastSegment).join(", ")}`.trimEnd();
    });
    return lines.join("\n");
  }

  /** Whether nothing is left of what may be deleted. */
  get isClean(): boolean {
    const left = [...this.environments(), ...Object.keys(this.queues()), ...this.definitions()];
    return left.length === 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
    if (this.denials.length > 0) {
      throw new Error(`the operator's own IAM policy denies what it did:\n${[...new Set(this.denials)].join("\n")}`);
    }
  }

  /** Queues that had an ENABLED environment that works before this change, and have none now. */
  #queuesThatLostService(): readonly string[] {
    const { truth } = this.aws;
    const usable = new Set(
      truth
        .computeEnvironments()
        .filter(({ state, status }) => state === "ENABLED" && (status === "VALID" || status === "UPDATING"))
        .map(({ computeEnvironmentArn }) => computeEnvironmentArn),
    );
    const lost: string[] = [];
    for (const { jobQueueName: name = "", status, computeEnvironmentOrder = [] } of truth.jobQueues()) {
      const served = computeEnvironmentOrder.some(({ computeEnvironment }) => usable.has(computeEnvironment ?? ""));
      const counts = status !== "DELETING" && status !== "DELETED";
      if (counts && !served && this.#usableBefore.get(name) === true) lost.push(name);
      this.#usableBefore.set(name, counts && served);
    }
    return lost;
  }
}

function subjectOf(input: object): string {
  const given = input as Readonly<Record<string, unknown>>;
  const subject =
    given["computeEnvironmentName"] ??
    given["computeEnvironment"] ??
    given["jobQueueName"] ??
    given["jobQueue"] ??
    given["jobDefinitionName"] ??
    given["jobDefinition"] ??
    given["resourceArn"];
  return typeof subject === "string" ? lastSegment(subject) : "";
}

function lastSegment(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
