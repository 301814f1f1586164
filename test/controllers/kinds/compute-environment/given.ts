/** Builders: a small whole, of which a test names only what it is about. */

import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment, Queue } from "../../../../src/aws/batch.ts";
import type { ActiveJob } from "../../../../src/aws/region.ts";
import { orderOf } from "../../../../src/controllers/draining/queue-order.ts";
import { shortHash } from "../../../../src/controllers/fields/fingerprint.ts";
import { type Action, independentName } from "../../../../src/controllers/kinds/compute-environment/action.ts";
import { planFor } from "../../../../src/controllers/kinds/compute-environment/plan.ts";
import { planId } from "../../../../src/controllers/kinds/compute-environment/request.ts";
import type { QueueObject, QueueSeen, Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { type Identity, ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import type { Directives } from "../../../../src/controllers/pass/directives.ts";
import { defaultSettings } from "../../../../src/controllers/ports.ts";
import { decided } from "../../decided.ts";
import { mayAdopt } from "../../region.ts";

/** What is approved to let a step of a plan go on that is about these environments. */
export function approvalFor(id: string, step: string, ...about: readonly Environment[]): string {
  const marks = about.map((one) => shortHash([one.computeEnvironmentName, one.tags?.["awsbatch.dev/created-at"]]));
  return `${id}/${step}@${marks.join(",")}`;
}

export const now = Date.UTC(2026, 0, 1, 12, 0, 0);

export const identity: Identity = {
  cluster: { name: "default", uid: "cluster-1" },
  namespace: "team",
  name: "ce",
  uid: "uid-1",
};

export const settings = { region: "eu-west-1", ...defaultSettings };

export const directives: Directives = {
  deleting: false,
  paused: false,
  dryRun: false,
  abandon: false,
  approved: undefined,
  finalized: true,
  location: undefined,
  retain: false,
  adoptionPolicy: "Never",
};

/** EC2 under the service-linked role with a strategy that AWS can update. */
export const ec2: BatchComputeEnvironmentSpec = {
  type: "MANAGED",
  computeResources: {
    type: "EC2",
    allocationStrategy: "BEST_FIT_PROGRESSIVE",
    minvCpus: 0,
    maxvCpus: 256,
    instanceTypes: ["c5.large"],
    subnets: ["subnet-1", "subnet-2"],
    securityGroupIds: ["sg-1"],
    instanceRole: "ecsInstanceRole",
  },
};

export const fargate: BatchComputeEnvironmentSpec = {
  type: "MANAGED",
  computeResources: { type: "FARGATE", maxvCpus: 16, subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
};

type Resources = NonNullable<BatchComputeEnvironmentSpec["computeResources"]>;

/** A spec with some compute resources changed; undefined removes a field. */
export function withResources(
  spec: BatchComputeEnvironmentSpec,
  change: { readonly [K in keyof Resources]?: Resources[K] | undefined },
): BatchComputeEnvironmentSpec {
  const merged = Object.entries({ ...spec.computeResources, ...change }).filter(([, value]) => value !== undefined);
  return { ...spec, computeResources: Object.fromEntries(merged) as Resources };
}

export function object(spec: BatchComputeEnvironmentSpec = ec2): BatchComputeEnvironment {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchComputeEnvironment",
    metadata: {
      name: identity.name,
      namespace: identity.namespace,
      uid: identity.uid,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec,
  };
}

export const serviceLinkedRole =
  "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch";

/** An environment of ours as AWS describes it after it was created from `spec`. */
export function environment(
  name: string,
  spec: BatchComputeEnvironmentSpec = ec2,
  change: Partial<Environment> = {},
): Environment {
  const { computeResources } = spec;
  const filled = computeResources?.type === "EC2" || computeResources?.type === "SPOT";
  return {
    computeEnvironmentName: name,
    computeEnvironmentArn: `arn:aws:batch:eu-west-1:123456789012:compute-environment/${name}`,
    ecsClusterArn: `arn:aws:ecs:eu-west-1:123456789012:cluster/AWSBatch-${name}`,
    type: spec.type,
    state: spec.state ?? "ENABLED",
    status: "VALID",
    statusReason: "ComputeEnvironment Healthy",
    serviceRole: spec.serviceRole ?? serviceLinkedRole,
    ...(computeResources === undefined
      ? {}
      : {
          computeResources: {
            ...computeResources,
            ...(filled ? { desiredvCpus: 0, ec2Configuration: [{ imageType: "ECS_AL2023" }], tags: {} } : {}),
          } as NonNullable<Environment["computeResources"]>,
        }),
    ...change,
    tags: {
      ...ownerTags(identity),
      "awsbatch.dev/created-at": "2026-01-01T00:00:00Z",
      ...spec.tags,
      ...change.tags,
    },
  };
}

/** A queue that names these environments; ours by default. */
export function queue(
  name: string,
  environments: readonly string[],
  options: {
    readonly foreign?: boolean;
    readonly object?: Partial<QueueObject>;
    readonly status?: Queue["status"];
  } = {},
): QueueSeen {
  const detail: Queue = {
    jobQueueName: name,
    jobQueueArn: `arn:aws:batch:eu-west-1:123456789012:job-queue/${name}`,
    state: "ENABLED",
    status: options.status ?? "VALID",
    priority: 1,
    computeEnvironmentOrder: environments.map((computeEnvironment, index) => ({
      order: index + 1,
      computeEnvironment: `arn:aws:batch:eu-west-1:123456789012:compute-environment/${computeEnvironment}`,
    })),
    tags: {},
  };
  const ours = options.foreign !== true;
  return {
    queue: detail,
    order: orderOf(detail),
    owner: ours ? { namespace: "team", name } : undefined,
    object: ours
      ? {
          heldBy: undefined,
          deleting: false,
          mayUse: true,
          literalNames: [],
          jobQueueType: undefined,
          stalled: undefined,
          ...options.object,
        }
      : undefined,
  };
}

export function seen(spec: BatchComputeEnvironmentSpec, change: Partial<Seen> = {}): Seen {
  const id = planId(spec, identity);
  const taken = new Set(change.environments?.map(({ computeEnvironmentName }) => computeEnvironmentName));
  const first = `team_ce-${id}`;
  const name = taken.has(first) ? `${first}-2` : first;
  return {
    identity,
    directives,
    settings,
    baseName: "team_ce",
    nameSeen: mayAdopt(false),
    environmentLimit: { kind: "read", most: Number.POSITIVE_INFINITY, from: "" },
    planId: id,
    environments: [],
    queues: [],
    mayBeNamed: new Set(),
    freeName: { name, absent: true, attempt: taken.has(first) ? 2 : 1 },
    claimsSettled: true,
    claimedBy: undefined,
    replacementsElsewhere: { underWay: 0, goesFirst: undefined, waitLonger: [] },
    jobs: new Map(),
    targetRuns: undefined,
    failedOnTarget: undefined,
    verification: { definition: undefined, queues: new Map(), absent: new Set(), taken: new Set(), queuesInRegion: 0 },
    markShownForMs: new Map(),
    deleteTriedAt: new Map(),
    desiredvCpus: new Map(),
    invalidSince: new Map(),
    madeBefore: new Set(),
    roleChangeCountsInMs: undefined,
    askedAgain: new Set(),
    rollouts: new Map(),
    settled: new Set(),
    refusals: new Map(),
    network: undefined,
    ...change,
  };
}

/** What follows for an object from what is seen, and from what AWS has refused. */
export function chosen(whole: BatchComputeEnvironment, given: Seen, at = now): Choice<Action> {
  return decided(planFor(whole, given, at), (action) => given.refusals.get(independentName(action) ?? ""), at);
}

export function job(id: string, change: Partial<ActiveJob> = {}): ActiveJob {
  return {
    jobId: id,
    jobName: id,
    queue: "q1",
    status: "RUNNING",
    startedAt: now - 60_000,
    createdAt: now - 120_000,
    cluster: undefined,
    parentId: undefined,
    ...change,
  };
}
