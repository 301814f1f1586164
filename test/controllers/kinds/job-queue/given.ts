/** Builders: a small whole, of which a test names only what it is about. */

import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobQueue, JobQueueSpec } from "../../../../src/api/v1alpha1/job-queue.ts";
import type { Environment, Queue } from "../../../../src/aws/batch.ts";
import { orderOf } from "../../../../src/controllers/draining/queue-order.ts";
import {
  type EnvironmentSet,
  environmentSetOf,
} from "../../../../src/controllers/kinds/compute-environment/environment-set.ts";
import { planId } from "../../../../src/controllers/kinds/compute-environment/request.ts";
import type { Action } from "../../../../src/controllers/kinds/job-queue/action.ts";
import { planFor } from "../../../../src/controllers/kinds/job-queue/plan.ts";
import type { EntrySeen, Seen } from "../../../../src/controllers/kinds/job-queue/seen.ts";
import { type Identity, ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import type { Refusal } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import type { ResourceReference } from "../../../../src/controllers/references/reference.ts";
import { decided } from "../../decided.ts";
import { mayAdopt } from "../../region.ts";
import { environment as describedOf, directives, ec2, settings } from "../compute-environment/given.ts";

export { directives, ec2, fargate, job, now, settings, withResources } from "../compute-environment/given.ts";

export const identity: Identity = {
  cluster: { name: "default", uid: "cluster-1" },
  namespace: "team",
  name: "q",
  uid: "uid-q",
};

export function identityOf(name: string): Identity {
  return { ...identity, name, uid: `uid-${name}` };
}

export function object(spec: Partial<JobQueueSpec> = {}): JobQueue {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "JobQueue",
    metadata: {
      name: identity.name,
      namespace: identity.namespace,
      uid: identity.uid,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: { priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name: "a" } }], ...spec },
  };
}

/** An environment of the object `owner`, VALID and ENABLED. */
export function environment(
  name: string,
  owner: string,
  change: Partial<Environment> = {},
  spec: BatchComputeEnvironmentSpec = ec2,
): Environment {
  return describedOf(name, spec, { ...change, tags: { ...ownerTags(identityOf(owner)), ...change.tags } });
}

/** An environment that nobody here owns. */
export function foreignEnvironment(name: string, change: Partial<Environment> = {}): Environment {
  return { ...describedOf(name, ec2, change), tags: change.tags ?? {} };
}

/** A queue of ours in AWS that names these environments, in their order. */
export function queue(names: readonly string[], change: Partial<Queue> = {}): Queue {
  return {
    jobQueueName: "team_q",
    jobQueueArn: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_q",
    state: "ENABLED",
    status: "VALID",
    statusReason: "JobQueue Healthy",
    priority: 1,
    computeEnvironmentOrder: names.map((name, index) => ({
      order: index + 1,
      computeEnvironment: `arn:aws:batch:eu-west-1:123456789012:compute-environment/${name}`,
    })),
    jobQueueType: "ECS",
    jobStateTimeLimitActions: [],
    ...change,
    tags: change.tags ?? ownerTags(identity),
  };
}

export function named(
  name: string,
  order = 1,
  owner: Extract<EntrySeen, { kind: "named" }>["owner"] = "nowhere",
): EntrySeen {
  return { kind: "named", order, name, owner };
}

type ReferenceOptions = {
  readonly spec?: BatchComputeEnvironmentSpec;
  readonly handover?: boolean;
  readonly order?: number;
  readonly set?: Partial<EnvironmentSet>;
  readonly deleting?: boolean;
};

/** A reference to the object `owner`, with the environments that AWS has for it. */
export function reference(
  owner: string,
  environments: readonly Environment[],
  { spec = ec2, handover = true, order = 1, set = {}, deleting = false }: ReferenceOptions = {},
): EntrySeen {
  const id = planId(spec, identityOf(owner));
  return {
    kind: "reference",
    order,
    key: { namespace: "team", name: owner },
    spec,
    set: { ...environmentSetOf(spec, environments, id), ...set },
    handover,
    deleting,
  };
}

export function unresolved(
  owner: string,
  reason: Extract<EntrySeen, { kind: "unresolved" }>["reason"] = "ReferenceNotFound",
  order = 1,
): EntrySeen {
  return { kind: "unresolved", order, key: { namespace: "team", name: owner }, reason, message: `${reason} ${owner}` };
}

/** An environment by its AWS name that this queue may not have. */
export function refused(name: string, order = 1): EntrySeen {
  return { kind: "unresolved", order, name, reason: "ReferenceNotAllowed", message: `ReferenceNotAllowed ${name}` };
}

/** A reference to a policy that AWS has. */
export function resolved(arn: string): ResourceReference {
  return { kind: "resolved", arn };
}

export type SeenChange = Partial<Omit<Seen, "environments" | "record">> & {
  readonly environments?: readonly Environment[];
  readonly queue?: Queue | undefined;
};

export function seen({ environments = [], queue: record, ...change }: SeenChange = {}): Seen {
  return {
    identity,
    directives,
    settings,
    name: "team_q",
    arn: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_q",
    nameSeen: mayAdopt(false),
    planId: "plan",
    enabling: new Set(),
    record,
    lostIn: undefined,
    absent: true,
    isSettled: true,
    claimedBy: undefined,
    entries: [],
    leaving: [],
    policy: undefined,
    service: undefined,
    foundInvalid: new Set(),
    shares: undefined,
    jobs: undefined,
    progress: undefined,
    ...change,
    environments: new Map(environments.map((one) => [one.computeEnvironmentName, one])),
  };
}

/** The names that a request would give the queue, in their order. */
export function namesIn({
  computeEnvironmentOrder,
}: {
  readonly computeEnvironmentOrder?: Queue["computeEnvironmentOrder"];
}): readonly string[] {
  return orderOf(queue([], { computeEnvironmentOrder }));
}

/** What follows from the plan; by default AWS has refused nothing. */
export function choiceFor(
  object: JobQueue,
  seen: Seen,
  at: number,
  refusalOf?: (action: Action) => Refusal | undefined,
): Choice<Action> {
  return decided(planFor(object, seen, at), refusalOf, at);
}

/** A choice in one line: what is next, with what, and whether it serves. */
export function stepLine(spec: Partial<JobQueueSpec>, change: SeenChange, at: number): string {
  const { next, serving } = choiceFor(object(spec), seen(change), at);
  const words: string[] = [next.kind === "act" ? next.action.kind : `${next.kind} ${next.reason}`];
  if (next.kind === "act") {
    const { action } = next;
    if (action.kind === "create") words.push(namesIn(action.request).join(","));
    if (action.kind === "tag") words.push(action.purpose);
    if (action.kind === "update") {
      const { jobQueue: _queue, computeEnvironmentOrder, ...rest } = action.request;
      if (computeEnvironmentOrder !== undefined) words.push(namesIn(action.request).join(","));
      if (Object.keys(rest).length > 0) words.push(JSON.stringify(rest));
    }
    if (action.kind === "terminateJobs") words.push(action.jobIds.join(","));
  }
  if ("checkInMs" in next && next.checkInMs !== undefined) words.push(`again in ${next.checkInMs / 1000} s`);
  if ("stallsAfterMs" in next && next.stallsAfterMs !== undefined) {
    words.push(`Stalled after ${next.stallsAfterMs / 60_000} min`);
  }
  return words.join(" ") + (serving ? "; serving" : "");
}
