import type { Condition, KubeObject } from "../../../src/api/object.ts";
import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetwork } from "../../../src/api/v1alpha1/batch-network.ts";
import type { BatchRole } from "../../../src/api/v1alpha1/batch-role.ts";
import type { ConsumableResource } from "../../../src/api/v1alpha1/consumable-resource.ts";
import type { JobDefinition, JobDefinitionSpec } from "../../../src/api/v1alpha1/job-definition.ts";
import type { JobQueueSpec } from "../../../src/api/v1alpha1/job-queue.ts";
import { BatchComputeEnvironmentKind } from "../../../src/api/v1alpha1/kinds.ts";
import type { QuotaShareSpec } from "../../../src/api/v1alpha1/quota-share.ts";
import type { SchedulingPolicySpec } from "../../../src/api/v1alpha1/scheduling-policy.ts";
import type { ServiceEnvironmentSpec } from "../../../src/api/v1alpha1/service-environment.ts";
import type { Environment, Queue } from "../../../src/aws/batch.ts";
import { policyForm } from "../../../src/aws/resources/scheduling-policies.ts";
import { fieldDifferences } from "../../../src/controllers/fields/differences.ts";
import { servicesOf } from "../../../src/controllers/kinds/batch-network/spec.ts";
import { type Difference, differences } from "../../../src/controllers/kinds/compute-environment/diff.ts";
import { fingerprintOf, fingerprintOfSpec } from "../../../src/controllers/kinds/job-definition/normalise.ts";
import { definitionNameOf } from "../../../src/controllers/kinds/job-definition/observe.ts";
import { quotaShareFields } from "../../../src/controllers/kinds/quota-share/lowering.ts";
import { serviceEnvironmentFields } from "../../../src/controllers/kinds/service-environment.ts";
import { baseNameOf } from "../../../src/controllers/ownership/naming.ts";
import {
  ownerIn,
  quantitySetTag,
  retainedFromTag,
  retiredAtTag,
  type Tags,
} from "../../../src/controllers/ownership/ownership.ts";
import { placed } from "../../../src/controllers/parts/network-reference/fill.ts";
import { shortName } from "../../../src/network/needs.ts";
import { jsonEqual } from "../../../src/runtime/json-equal.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import { isWrite } from "../../transcript.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import type { OperatorProcess } from "../process.ts";
import {
  driftSeenMs,
  inputOf,
  isServing,
  lastPart,
  liveEnvironments,
  liveQueues,
  orderOf,
  textOf,
  unseenMs,
} from "./reading.ts";

/** AWS shows a write within this time, the promise assumes. */
const shownWithinMs = 5_000;
/** From the answer of a read in AWS until a status reports it. */
const reportedAfterMs = unseenMs - shownWithinMs;

/** What somebody else does to groups and endpoints is seen within two hours (section 12 of the design). */
const networkSeenMs = 2 * 3_600_000 + driftSeenMs;
const inNetwork = /VpcEndpoint|SecurityGroup|^(?:Create|Delete)Tags$/;

/** Which listings show what an object of a kind has in AWS. */
const listingsOf: Readonly<Record<string, readonly string[]>> = {
  BatchComputeEnvironment: ["DescribeComputeEnvironments"],
  JobQueue: ["DescribeJobQueues", "DescribeComputeEnvironments"],
  JobDefinition: ["DescribeJobDefinitions"],
  SchedulingPolicy: ["DescribeSchedulingPolicies"],
  ServiceEnvironment: ["DescribeServiceEnvironments"],
  // One share alone is described instead, as one consumable.
  QuotaShare: ["ListQuotaShares"],
  // One consumable alone is described instead.
  ConsumableResource: ["ListConsumableResources"],
};
/** Such a call asks for some by name or ARN, and shows no others. */
const knownOnly = ["computeEnvironments", "jobQueues", "jobDefinitions"];

/** Job definitions are listed by name too. */
function shows({ input }: CallRecord, object: KubeObject): boolean {
  const { jobDefinitionName: name } = input as { readonly jobDefinitionName?: string };
  return object.kind !== "JobDefinition" || name === undefined || name === definitionNameOf(object as JobDefinition);
}

/**
 * Status. Ready=True at a generation is true in AWS in the instant in which it is written: there is what the spec
 * asks for, and AWS is done with it. What a selector selects, and which group was made, is taken from status here; whether
 * that is so is judged in the end, by what a fresh operator selects and makes.
 *
 * Not against it: what somebody else, or AWS itself, has changed within `unseenMs`; and within the time in which drift
 * is to be seen, as long as the one that leads has not heard a listing of the things since, for what a person edits costs
 * no call that reads them again; and what a predecessor wrote within `unseenMs`: AWS may show whoever takes over then what was
 * before, and promise 4 gives it 5 s.
 */
export const readyIsTrue: OracleFactory = (watched) => {
  let changedAt = Number.NEGATIVE_INFINITY;
  /** When another than the operator last wrote in EC2. */
  let networkChangedAt = Number.NEGATIVE_INFINITY;
  let listings: { readonly call: CallRecord; heardAt: number | undefined }[] = [];
  const others = (): void => {
    changedAt = watched.clock.monotonic();
    listings = [];
  };
  /**
   * What AWS found INVALID and has not found VALID since, each with who led then: that it is UPDATING proves nothing to
   * that one.
   */
  const foundInvalid = new Map<string, OperatorProcess | undefined>();
  const leading = (): OperatorProcess | undefined => watched.processes().find((one) => one.leads);
  /** By process: when it last wrote. */
  const written = new Map<OperatorProcess | undefined, number>();
  const isUnseen = (object: KubeObject): boolean => {
    const now = watched.clock.monotonic();
    const leader = leading();
    if ([...written].some(([by, at]) => by !== leader && now - at <= unseenMs)) return true;
    if (now - changedAt <= unseenMs) return true;
    if (object.kind === "BatchNetwork" && now - networkChangedAt <= networkSeenMs) return true;
    if (now - changedAt > driftSeenMs) return false;
    const isListed = (operation: string): boolean =>
      listings.some(
        ({ call, heardAt }) =>
          heardAt !== undefined &&
          call.operation === operation &&
          watched.callerOf(call) === leader &&
          shows(call, object) &&
          now - heardAt >= reportedAfterMs,
      );
    const { serviceEnvironmentOrder } = object.spec as JobQueueSpec;
    const more = serviceEnvironmentOrder === undefined ? [] : ["DescribeServiceEnvironments"];
    return ![...(listingsOf[object.kind] ?? []), ...more].every(isListed);
  };
  return {
    name: "Ready is true in AWS",
    onEffect(call, phase) {
      if (phase === "before") return undefined;
      if (call.by === "outside" && inNetwork.test(call.operation)) networkChangedAt = watched.clock.monotonic();
      if (call.by === "outside") others();
      else if (isWrite(call)) written.set(watched.callerOf(call), watched.clock.monotonic());
      else if (
        /^(Describe|ListConsumable|ListQuota)/.test(call.operation) &&
        !knownOnly.some((field) => field in inputOf<object>(call))
      ) {
        const at = watched.clock.monotonic();
        if (at - changedAt >= shownWithinMs && at - changedAt <= driftSeenMs)
          listings.push({ call, heardAt: undefined });
      }
      return undefined;
    },
    onTick() {
      const isHeard = ({ call }: (typeof listings)[number]): boolean =>
        call.outcome.kind === "answered" && watched.callerOf(call)?.frozen === false;
      for (const listing of listings) if (isHeard(listing)) listing.heardAt ??= watched.clock.monotonic();
      return undefined;
    },
    onAws(change, by) {
      if (change.status === "INVALID") foundInvalid.set(change.arn, leading());
      else if (change.status === "VALID") foundInvalid.delete(change.arn);
      // What AWS takes its time for comes true; it is what goes wrong by itself that no read could show.
      if (by === undefined && change.status === "INVALID") others();
      return undefined;
    },
    onObject(before, after) {
      if (after === undefined || !saysReady(after) || (before !== undefined && saysReady(before))) return undefined;
      if (isUnseen(after) || watched.shownWithinMs() > shownWithinMs) return undefined;
      const lacking = lackOf(watched, after, (arn) => foundInvalid.has(arn) && foundInvalid.get(arn) === leading());
      return lacking === undefined ? undefined : `${textOf(after)} became Ready, but ${lacking}`;
    },
  };
};

/** Ready at its generation. */
function saysReady({ metadata, status }: KubeObject): boolean {
  const { observedGeneration, conditions = [] } = (status ?? {}) as {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
  const ready = conditions.find(({ type }) => type === "Ready");
  return ready?.status === "True" && observedGeneration === metadata.generation;
}

function lackOf(watched: Watched, object: KubeObject, isKnownInvalid: (arn: string) => boolean): string | undefined {
  const owns = (tags: Tags | undefined): boolean => {
    const owner = ownerIn(tags);
    return owner?.namespace === object.metadata.namespace && owner.name === object.metadata.name;
  };
  switch (object.kind) {
    case "BatchComputeEnvironment":
      return environmentLack(watched, placed(object as BatchComputeEnvironment).spec, owns);
    case "JobQueue":
      return queueLack(watched, object.spec as JobQueueSpec, owns, isKnownInvalid);
    case "JobDefinition":
      return definitionLack(watched, object.spec as JobDefinitionSpec, owns);
    case "BatchRole":
      return roleLack(watched, object as BatchRole);
    case "BatchNetwork":
      return networkLack(watched, object as BatchNetwork);
    case "SchedulingPolicy":
      return policyLack(watched, object.spec as SchedulingPolicySpec, owns);
    case "ServiceEnvironment":
      return serviceLack(watched, object.spec as ServiceEnvironmentSpec, owns);
    case "QuotaShare":
      return shareLack(watched, object.spec as QuotaShareSpec, owns);
    case "ConsumableResource":
      return consumableLack(watched, object as ConsumableResource, owns);
    default:
      return undefined;
  }
}

type Owns = (tags: Tags | undefined) => boolean;

/** What the operator fills in with the roles that it makes: which ARN that is, the spec does not say. */
const madeSlots = {
  serviceRole: "spec.serviceRole",
  instanceRole: "spec.computeResources.instanceRole",
  spotFleetRole: "spec.computeResources.spotIamFleetRole",
};

function environmentLack(watched: Watched, spec: BatchComputeEnvironmentSpec, owns: Owns): string | undefined {
  const live = liveEnvironments(watched).filter(({ tags }) => owns(tags) && tags?.[retiredAtTag] === undefined);
  const isGiven = (role: string): boolean =>
    [spec.iam?.[role as "serviceRole"], spec[`${role}Ref` as "serviceRoleRef"]].some((one) => one !== undefined) ||
    spec.computeResources?.[`${role}Ref` as "instanceRoleRef"] !== undefined;
  const made = Object.entries(madeSlots).flatMap(([role, path]) => (isGiven(role) ? [path] : []));
  const lacking = (one: Environment): readonly Difference[] =>
    differences(spec, one).filter(({ path }) => !made.includes(path));
  const serves = live.some((one) => one.status === "VALID" && lacking(one).length === 0);
  return serves
    ? undefined
    : `no environment of it is VALID and as specified: ${live.map((one) => `${one.computeEnvironmentName} ${one.status} ${JSON.stringify(lacking(one).map(({ path }) => path))}`).join(", ")}`;
}

function queueLack(
  watched: Watched,
  spec: JobQueueSpec,
  owns: Owns,
  isKnownInvalid: (arn: string) => boolean,
): string | undefined {
  const queue = liveQueues(watched).find(({ tags }) => owns(tags));
  if (queue === undefined) return "there is no queue of it";
  if (queue.status !== "VALID") return `its queue is ${queue.status}`;
  if (queue.priority !== spec.priority) return `its priority is ${queue.priority}`;
  if (spec.state !== undefined && queue.state !== spec.state) return `it is ${queue.state}`;
  const [service] = spec.serviceEnvironmentOrder ?? [];
  if (service !== undefined) return serviceQueueLack(watched, queue, service.serviceEnvironmentRef?.name);
  const environments = new Map(watched.aws.truth.computeEnvironments().map((one) => [one.computeEnvironmentArn, one]));
  const serves = (arn: string): boolean => {
    const environment = environments.get(arn);
    return environment !== undefined && isServing(environment) && !isKnownInvalid(arn);
  };
  if (queue.state === "ENABLED" && !orderOf(queue).some(serves)) return "no job can start on any of its environments";
  // An entry by name in AWS belongs to whomever it belongs to.
  const named = orderOf(queue).map((arn) => objectOf(watched, environments.get(arn)));
  const desired = [...(spec.computeEnvironmentOrder ?? [])]
    .sort((left, right) => left.order - right.order)
    .map(({ computeEnvironmentRef }, place) => computeEnvironmentRef?.name ?? named[place]);
  return jsonEqual(named, desired) ? undefined : `it runs jobs on those of ${named.join(", ")}`;
}

/** @param desired name of the object of its service environment */
function serviceQueueLack({ aws }: Watched, queue: Queue, desired: string | undefined): string | undefined {
  const [arn] = orderOf(queue);
  const found = aws.truth
    .serviceEnvironments()
    .find((one) => one.serviceEnvironmentArn === arn && one.status !== "DELETED");
  const serves = found?.state === "ENABLED" && found.status !== "INVALID";
  if (queue.state === "ENABLED" && !serves) return "no job can start in its service environment";
  const owner = ownerIn(found?.tags)?.name ?? lastPart(arn ?? "").replace("team_", "");
  return owner === desired ? undefined : `its service environment is that of ${owner}`;
}

function serviceLack({ aws }: Watched, spec: ServiceEnvironmentSpec, owns: Owns): string | undefined {
  const found = aws.truth.serviceEnvironments().find(({ status, tags }) => status !== "DELETED" && owns(tags));
  if (found?.status !== "VALID") return `its service environment is ${found?.status ?? "not there"}`;
  const [first] = fieldDifferences(serviceEnvironmentFields, spec, found);
  return first === undefined ? undefined : `${first.path} is ${first.from}`;
}

function shareLack({ aws }: Watched, spec: QuotaShareSpec, owns: Owns): string | undefined {
  const found = aws.truth.quotaShares().find(({ tags }) => owns(tags));
  if (found?.status !== "VALID") return `its quota share is ${found?.status ?? "not there"}`;
  const [first] = fieldDifferences(quotaShareFields, spec, found);
  return first === undefined ? undefined : `${first.path} is ${first.from}`;
}

/** The name of the object that an environment is of, was left by, or is to be adopted by. */
function objectOf({ store }: Watched, environment: Environment | undefined): string | undefined {
  const tags = environment?.tags;
  const known = ownerIn(tags)?.name ?? tags?.[retainedFromTag]?.split("/").at(-1);
  if (known !== undefined) return known;
  const adopts = (object: KubeObject): boolean => {
    const { spec } = object as BatchComputeEnvironment;
    const { adoptionPolicy = "Never" } = spec;
    return (
      adoptionPolicy !== "Never" &&
      baseNameOf(object as BatchComputeEnvironment) === environment?.computeEnvironmentName
    );
  };
  return store.objects(BatchComputeEnvironmentKind).find(adopts)?.metadata.name;
}

function consumableLack({ aws }: Watched, { metadata, spec }: ConsumableResource, owns: Owns): string | undefined {
  const all = aws.truth.consumableResources();
  // That somebody took its tags off, no list shows: it is seen in turn.
  const consumable =
    all.find(({ tags }) => owns(tags)) ??
    all.find(
      ({ consumableResourceName: name, tags }) =>
        name === `${metadata.namespace}_${metadata.name}` && ownerIn(tags) === undefined,
    );
  if (consumable === undefined) return "there is no consumable of it";
  const { totalQuantity, setQuantity = totalQuantity, resourceType, tags } = consumable;
  if (resourceType === "NON_REPLENISHABLE" || setQuantity === spec.totalQuantity) return undefined;
  // What somebody else has set to less than jobs hold is shown by AWS as what we had set before, until they end.
  const isLagging = consumable.setQuantity !== undefined && totalQuantity > spec.totalQuantity;
  if (isLagging && tags?.[quantitySetTag] === String(spec.totalQuantity)) return undefined;
  return `its quantity is ${setQuantity}`;
}

function policyLack({ aws }: Watched, spec: SchedulingPolicySpec, owns: Owns): string | undefined {
  const policy = aws.truth.schedulingPolicies().find(({ tags }) => owns(tags));
  if (policy === undefined) return "there is no policy of it";
  return jsonEqual(policyForm(policy), policyForm(spec)) ? undefined : "its policy is another one";
}

function roleLack({ aws }: Watched, { spec, status }: BatchRole): string | undefined {
  const role = aws.truth.roles().find(({ arn }) => arn === status?.arn);
  if (role === undefined) return `there is no role ${status?.arn}`;
  if (spec.purpose === "instance" && !aws.truth.instanceProfiles().some(({ arn }) => arn === status?.profileArn)) {
    return `there is no instance profile ${status?.profileArn}`;
  }
  const missing = (spec.policyArns ?? []).filter((policyArn) => !role.attached.includes(policyArn));
  return missing.length === 0 ? undefined : `${role.name} lacks ${missing.join(", ")}`;
}

/** Endpoints are of whoever made them, and a group has the rules of the spec or those by default. */
function networkLack({ aws }: Watched, { spec, status }: BatchNetwork): string | undefined {
  if ((status?.subnets ?? []).length === 0) return "it offers no subnets";
  const known = new Set(aws.truth.securityGroups().map(({ GroupId }) => GroupId));
  const missing = (status?.securityGroupIds ?? []).filter((id) => !known.has(id));
  if (missing.length > 0) return `it offers ${missing.join(", ")}, which is not there`;
  if (spec.securityGroup !== undefined && status?.securityGroup === undefined) return "its group is not there";
  const served = aws.truth
    .vpcEndpoints()
    .filter(({ VpcId, State }) => VpcId === spec.vpcId && State?.toLowerCase() === "available")
    .map(({ ServiceName = "" }) => shortName(ServiceName));
  const lacking = servicesOf(spec).filter((service) => !served.includes(service));
  return lacking.length === 0 ? undefined : `there is no endpoint for ${lacking.join(", ")}`;
}

function definitionLack(watched: Watched, spec: JobDefinitionSpec, owns: Owns): string | undefined {
  const active = watched.aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
  const names = new Set(active.filter(({ tags }) => owns(tags)).map((one) => one.jobDefinitionName));
  const [top] = active
    .filter((one) => names.has(one.jobDefinitionName))
    .sort((left, right) => right.revision - left.revision);
  if (top === undefined) return "no revision of it is ACTIVE";
  const { containerProperties: body, iam, jobRoleRef, executionRoleRef } = spec;
  const has = top.containerProperties;
  const filled = {
    ...body,
    ...((iam?.jobRole ?? jobRoleRef) === undefined || has?.jobRoleArn === undefined
      ? {}
      : { jobRoleArn: has.jobRoleArn }),
    ...((iam?.executionRole ?? executionRoleRef) === undefined || has?.executionRoleArn === undefined
      ? {}
      : { executionRoleArn: has.executionRoleArn }),
  };
  const directives = body === undefined ? spec : { ...spec, containerProperties: filled as typeof body };
  return fingerprintOf(top) === fingerprintOfSpec(withConsumableNames(directives))
    ? undefined
    : `${top.jobDefinitionName}:${top.revision} is another body`;
}

/** References to consumables lead to their names in AWS, which are the default ones in every world. */
function withConsumableNames(spec: JobDefinitionSpec): JobDefinitionSpec {
  const list = spec.consumableResourceProperties?.consumableResourceList;
  if (list === undefined) return spec;
  const consumableResourceList = list.map(({ consumableResourceRef: reference, ...entry }) =>
    reference === undefined ? entry : { ...entry, consumableResource: `team_${reference.name}` },
  );
  return { ...spec, consumableResourceProperties: { consumableResourceList } };
}
