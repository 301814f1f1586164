import type { Tag } from "@aws-sdk/client-ec2";
import { type Condition, type KubeObject, keyText, type ObjectKey } from "../../src/api/object.ts";
import type { JobDefinition } from "../../src/api/v1alpha1/job-definition.ts";
import type { JobQueue } from "../../src/api/v1alpha1/job-queue.ts";
import { definitionNameOf } from "../../src/controllers/kinds/job-definition/observe.ts";
import { queueNameOf } from "../../src/controllers/ownership/naming.ts";
import { clusterTag, ownerIn, verifiesTag } from "../../src/controllers/ownership/ownership.ts";
import { tagsOf } from "../../src/simulator/ec2-state.ts";
import type { AwsSnapshot } from "../../src/simulator/snapshot.ts";
import { accountOf, highestFirst } from "./account.ts";
import type { Line } from "./account-network.ts";
import { approveAll, giveBack } from "./carry-out.ts";
import { Simulation } from "./world.ts";
import { manifestOf } from "./written.ts";

/** What a world should come to: what is in AWS, and what each object says. */
export interface Expected {
  readonly account: readonly Line[];
  /** By `Kind namespace/name`: `True`, or what else Ready is and why. */
  readonly verdicts: ReadonlyMap<string, string>;
}

const limitSeconds = 20 * 60;

/**
 * The differential oracle: what a fresh operator makes of the same manifests in an account in which there is only
 * what others own. It sees the same clock, cluster and ages of objects, and no fault.
 *
 * Ages do not show which of two claimants owned a queue or a job definition: a lost cluster's objects are all recreated, and
 * the older may have been shown by no watch. AWS's tags do, and what they say stays so: there the owner is the older. Of two
 * claimants of a base name the one with environments goes first.
 */
export async function expectedOf(world: Simulation): Promise<Expected> {
  const { aws, store, flags } = world;
  const fresh = new Simulation({
    seed: 1,
    replicas: 1,
    cluster: world.cluster,
    flags,
    startsAt: world.clock.now(),
    oracles: [],
    starts: false,
    knobs: {
      ec2ValidMs: 5000,
      latencyMs: 20,
      stalenessMs: 0,
      // An attempt that waits for a role takes room of a quota that is nearly full.
      iamPropagationMs: 0,
      maxComputeEnvironments: aws.knobs.maxComputeEnvironments,
    },
  });
  const foreign = ({ tags }: { readonly tags?: Record<string, string> | undefined }): boolean =>
    ownerIn(tags)?.cluster !== world.cluster.name;
  const {
    computeEnvironments,
    jobQueues,
    jobDefinitions,
    schedulingPolicies = [],
    serviceEnvironments = [],
    consumableResources = [],
    quotaShares = [],
  } = aws.snapshot();
  const oursAre = new Set(
    jobDefinitions.filter((one) => one.status === "ACTIVE" && !foreign(one)).map((one) => one.jobDefinitionName),
  );
  const { ec2 } = aws.snapshot();
  fresh.aws.restore({
    ...(ec2?.described === true ? { ec2: networkOfOthers(ec2, world.cluster.name) } : {}),
    // What was INVALID has had its cause taken away by now.
    computeEnvironments: computeEnvironments.filter(foreign).map((one) => ({ ...one, status: "VALID" as const })),
    jobQueues: jobQueues.filter(({ detail }) => foreign(detail) && detail.tags?.[verifiesTag] === undefined),
    schedulingPolicies: schedulingPolicies.filter(foreign),
    serviceEnvironments: serviceEnvironments.filter(foreign),
    consumableResources: consumableResources.filter(foreign),
    quotaShares: quotaShares.filter(foreign),
    // What others register above ours is drift; under a name without any of ours it is theirs.
    jobDefinitions: jobDefinitions.filter((one) => foreign(one) && !oursAre.has(one.jobDefinitionName)),
  });
  const live = aws.truth.jobQueues().filter(({ status }) => status !== "DELETING" && status !== "DELETED");
  const revisions = jobDefinitions.filter((one) => one.status === "ACTIVE" && !foreign(one)).sort(highestFirst);
  const owned = new Set([
    ...live.map(({ jobQueueName, tags }) => claimText("JobQueue", jobQueueName, ownerIn(tags))),
    ...[...oursAre].map((name) => {
      const highest = revisions.find(({ jobDefinitionName }) => jobDefinitionName === name);
      return claimText("JobDefinition", name, ownerIn(highest?.tags));
    }),
  ]);
  const ageOf = (object: KubeObject): { readonly creationTimestamp?: string } =>
    owned.has(claimText(object.kind, claimedName(object), object.metadata))
      ? { creationTimestamp: new Date(0).toISOString() }
      : { creationTimestamp: ageByAws(object, aws) };
  const kept = store.objects().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  fresh.store.restore({
    resourceVersion: 1,
    objects: kept.map((object) => {
      const { metadata, ...manifest } = manifestOf(object);
      const { finalizers: _finalizers, ...own } = { ...object.metadata, ...ageOf(object) };
      return {
        object: { ...manifest, spec: object.spec, metadata: { ...own, annotations: metadata.annotations } },
        applied: { labels: [], annotations: [] },
      };
    }),
  });
  fresh.start();
  const done = (): boolean => fresh.store.objects().every((object) => verdictOf(object) === "True");
  for (let passed = 0; passed < limitSeconds && !done(); passed += 15) {
    await fresh.until(done, 15);
    approveAll(fresh);
    await giveBack(fresh);
  }
  await fresh.seconds(30);
  const expected: Expected = {
    account: accountOf(fresh.aws, fresh.store, world.cluster),
    verdicts: verdictsOf(fresh),
  };
  await fresh.stop();
  return expected;
}

/** When an object was created; long before where environments in AWS have its tags. */
export function ageByAws(object: KubeObject, { truth }: Pick<Simulation["aws"], "truth">): string {
  const { creationTimestamp } = object.metadata;
  const hasEnvironments = truth.computeEnvironments().some(({ tags, status }) => {
    const owner = ownerIn(tags);
    return status !== "DELETED" && owner !== undefined && keyText(owner) === keyText(object.metadata);
  });
  if (object.kind !== "BatchComputeEnvironment" || !hasEnvironments) return creationTimestamp;
  return new Date(Date.parse(creationTimestamp) - decadeMs).toISOString();
}

const decadeMs = 10 * 365 * 86_400_000;

function claimText(kind: string | undefined, awsName: string | undefined, owner: ObjectKey | undefined): string {
  return owner === undefined ? "" : `${kind} ${awsName} of ${keyText(owner)}`;
}

function claimedName(object: KubeObject): string | undefined {
  if (object.kind === "JobQueue") return queueNameOf(object as JobQueue);
  return object.kind === "JobDefinition" ? definitionNameOf(object as JobDefinition) : undefined;
}

/** Without what the operator has made there. */
function networkOfOthers(
  { described, records }: NonNullable<AwsSnapshot["ec2"]>,
  clusterName: string,
): NonNullable<AwsSnapshot["ec2"]> {
  const { endpoints = [], groups = [], routeTables = [] } = records;
  const others = ([, one]: readonly [string, { readonly Tags?: Tag[] | undefined }]): boolean =>
    tagsOf(one.Tags)[clusterTag] !== clusterName;
  const gone = new Set(endpoints.filter((entry) => !others(entry)).map(([id]) => id));
  return {
    described,
    records: {
      ...records,
      endpoints: endpoints.filter(others),
      groups: groups.filter(others),
      routeTables: routeTables.map(([id, table]) => [
        id,
        { ...table, Routes: (table.Routes ?? []).filter(({ GatewayId = "" }) => !gone.has(GatewayId)) },
      ]),
    },
  };
}

export function verdictsOf(world: Simulation): ReadonlyMap<string, string> {
  return new Map(
    world.store.objects().map((object) => [`${object.kind} ${keyText(object.metadata)}`, verdictOf(object)]),
  );
}

/** `True` when it is Ready at its generation; else what it is, and why. */
export function verdictOf(object: KubeObject): string {
  const { observedGeneration, conditions = [] } = (object.status ?? {}) as {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
  if (object.metadata.deletionTimestamp !== undefined) return "being deleted";
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready === undefined || observedGeneration !== object.metadata.generation) return "not seen";
  const retiring = conditions.find(({ type }) => type === "Retiring");
  if (retiring !== undefined) return `Retiring ${retiring.reason}`;
  if (ready.status === "True") return "True";
  const mark = conditions.find(({ type }) => type === "Stalled")?.type ?? `Ready=${ready.status}`;
  return `${mark} ${ready.reason}`;
}
