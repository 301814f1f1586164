import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { Knobs } from "./knobs.ts";
import { drawn, measuredTimes } from "./measured.ts";

export type ChangedThing =
  | "computeEnvironment"
  | "jobQueue"
  | "jobDefinition"
  | "job"
  | "schedulingPolicy"
  | "serviceEnvironment"
  | "consumableResource"
  | "quotaShare"
  | "role"
  | "instanceProfile";

/** One change of state in AWS, by any cause. */
export interface Change {
  /** Wall time (ms). */
  readonly at: number;
  readonly kind: ChangedThing;
  readonly name: string;
  readonly arn: string;
  readonly state?: string | undefined;
  /** `GONE` if the record is removed. */
  readonly status: string;
  readonly statusReason?: string | undefined;
  /** Of a queue: ARNs of its compute or service environments, in their order. */
  readonly order?: readonly string[] | undefined;
  /** Of a job: its name, and the name of its queue. */
  readonly job?: { readonly name: string; readonly queue: string } | undefined;
}

/** One account in one region: time, random numbers, names, and the history of changes. */
export class World {
  readonly clock: Clock;
  readonly random: Random;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly knobs: Knobs;
  readonly history: Change[] = [];
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(clock: Clock, random: Random, account: string, region: string, knobs: Knobs) {
    this.clock = clock;
    this.random = random;
    this.account = account;
    this.region = region;
    this.partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
    this.knobs = knobs;
  }

  /** ARN of a resource in this account and region; ARNs of IAM have no region. */
  arn(service: "batch" | "ec2" | "ecs" | "iam" | "sts", resource: string): string {
    const region = service === "iam" || service === "sts" ? "" : this.region;
    return `arn:${this.partition}:${service}:${region}:${this.account}:${resource}`;
  }

  /** How long something takes this time. */
  takes(
    knob:
      | "fargateValidMs"
      | "ec2ValidMs"
      | "scalingUpdateMs"
      | "deleteEnvironmentMs"
      | "queueSettleMs"
      | "deleteQueueMs"
      | "relationLagMs",
  ): number {
    return drawn(this.knobs[knob], measuredTimes[knob], this.random);
  }

  uuid(): string {
    return uuidFrom(this.random);
  }

  hex(length: number): string {
    return hexFrom(this.random, length);
  }

  note(change: Omit<Change, "at">): void {
    const dated = { at: this.clock.now(), ...change };
    remember(this.history, dated, this.knobs.keptRecords);
    for (const listener of this.#listeners) listener(dated);
  }

  /** Calls `listener` at each change, in the same turn. Returns a function that stops it. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A random UUID (version 4 in form). */
export function uuidFrom(random: Random): string {
  const digits = hexFrom(random, 32);
  const variant = "89ab"[Math.floor(random() * 4)] ?? "8";
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}

function hexFrom(random: Random, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
}

/** Appends to a history and drops its oldest tenth once it is longer than `most`. */
export function remember<T>(past: T[], entry: T, most: number): void {
  past.push(entry);
  if (past.length > most) past.splice(0, Math.ceil(most / 10));
}

/** The service-linked role of Batch in this account. */
export function serviceLinkedRole(world: World): string {
  return world.arn("iam", "role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch");
}
