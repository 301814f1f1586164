import type {
  CreateSchedulingPolicyRequest,
  CreateSchedulingPolicyResponse,
  DescribeSchedulingPoliciesRequest,
  DescribeSchedulingPoliciesResponse,
  FairsharePolicy,
  ListSchedulingPoliciesRequest,
  ListSchedulingPoliciesResponse,
  UpdateSchedulingPolicyRequest,
} from "@aws-sdk/client-batch";
import type { Policy } from "../aws/batch.ts";
import { pageOf, RecordTable } from "./records.ts";
import { alreadyExists, doesNotExist, invalid, refused } from "./refusals.ts";
import { checkTags, type Tagged } from "./tags.ts";
import type { World } from "./world.ts";

/** Scheduling policies have no states: every change is complete when the call returns. */
export class SchedulingPolicies {
  readonly #world: World;
  readonly #inUse: (arn: string) => boolean;
  readonly #records: RecordTable<Policy>;

  /** @param inUse whether a queue that is not DELETED names the policy */
  constructor(world: World, inUse: (arn: string) => boolean) {
    this.#world = world;
    this.#inUse = inUse;
    this.#records = new RecordTable(world.clock);
  }

  create(request: CreateSchedulingPolicyRequest): CreateSchedulingPolicyResponse {
    const name = request.name ?? "";
    if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(name)) {
      throw invalid("Scheduling Policy name should match a valid pattern."); // our words
    }
    if (request.fairsharePolicy !== undefined && request.quotaSharePolicy !== undefined) {
      throw invalid("A scheduling policy can have either fairsharePolicy or quotaSharePolicy, but not both.");
    }
    checkFairshare(request.fairsharePolicy);
    if (request.quotaSharePolicy !== undefined && request.quotaSharePolicy.idleResourceAssignmentStrategy !== "FIFO") {
      throw invalid("Idle resource assignment strategy must be one of [FIFO].");
    }
    checkTags(request.tags);
    const arn = this.#world.arn("batch", `scheduling-policy/${name}`);
    if (this.#records.get(arn) !== undefined) throw alreadyExists();
    const kind =
      request.quotaSharePolicy === undefined
        ? { fairsharePolicy: in32Bits(request.fairsharePolicy ?? {}) }
        : { quotaSharePolicy: request.quotaSharePolicy };
    this.#put({ name, arn, tags: { ...request.tags }, ...kind });
    return { name, arn };
  }

  describe(input: DescribeSchedulingPoliciesRequest, asOf: number): DescribeSchedulingPoliciesResponse {
    const requested = new Set(input.arns);
    return { schedulingPolicies: this.#records.asOf(asOf).filter(({ arn }) => requested.has(arn)) };
  }

  list(input: ListSchedulingPoliciesRequest, asOf: number): ListSchedulingPoliciesResponse {
    const { page, ...rest } = pageOf(this.#records.asOf(asOf), input, this.#world.knobs.pageSize);
    return { schedulingPolicies: page.map(({ arn }) => ({ arn })), ...rest };
  }

  update(request: UpdateSchedulingPolicyRequest): void {
    const current = this.#required(request.arn ?? "");
    const { fairsharePolicy, quotaSharePolicy } = request;
    const kindChanges =
      (quotaSharePolicy !== undefined && current.quotaSharePolicy === undefined) ||
      (fairsharePolicy !== undefined && current.fairsharePolicy === undefined);
    if (kindChanges) throw invalid("The kind of a scheduling policy cannot be changed."); // our words
    checkFairshare(fairsharePolicy);
    this.#put({
      ...current,
      ...(fairsharePolicy === undefined ? {} : { fairsharePolicy: in32Bits(fairsharePolicy) }),
      ...(quotaSharePolicy === undefined ? {} : { quotaSharePolicy }),
    });
  }

  delete(arn: string): void {
    const current = this.#required(arn);
    if (this.#inUse(arn)) throw refused("Cannot delete, scheduling policy is in use by a job queue"); // our words
    this.#records.remove(arn);
    this.#world.note({ kind: "schedulingPolicy", name: current.name, arn, status: "GONE" });
  }

  /** All records as they are now. */
  all(): readonly Policy[] {
    return this.#records.all();
  }

  /** As it is now. */
  find(arn: string): Policy | undefined {
    return this.#records.get(arn);
  }

  /** Restores the records of an earlier process. */
  restore(policies: readonly Policy[]): void {
    for (const policy of policies) this.#records.load(policy.arn, policy);
  }

  tagged(arn: string): Tagged | undefined {
    const policy = this.#records.get(arn);
    if (policy === undefined) return undefined;
    return { record: policy, tags: policy.tags ?? {}, replaceTags: (tags) => this.#put({ ...policy, tags }) };
  }

  /** @throws Refusal if the policy does not exist, or is not for a queue of SageMaker or any other */
  requireFor(arn: string, isOfSageMaker: boolean): void {
    const policy = this.#records.get(arn);
    if (policy === undefined) throw invalid(`SchedulingPolicy ${arn} not found.`);
    if (policy.quotaSharePolicy !== undefined && !isOfSageMaker) {
      throw invalid("Quota Management feature is only supported for SageMaker Training job queues.");
    }
  }

  #required(arn: string): Policy {
    const policy = this.#records.get(arn);
    if (policy === undefined) throw doesNotExist(arn);
    return policy;
  }

  #put(policy: Policy): void {
    const { name, arn } = policy;
    this.#records.put(arn, policy);
    this.#world.note({ kind: "schedulingPolicy", name, arn, status: "ACTIVE" });
  }
}

/** Weights as AWS keeps them: its model calls them float. */
function in32Bits({ shareDistribution, ...policy }: FairsharePolicy): FairsharePolicy {
  if (shareDistribution === undefined) return policy;
  const shares = shareDistribution.map(({ weightFactor, ...share }) =>
    weightFactor === undefined ? share : { ...share, weightFactor: Math.fround(weightFactor) },
  );
  return { ...policy, shareDistribution: shares };
}

function checkFairshare(policy: FairsharePolicy | undefined): void {
  const shares = policy?.shareDistribution ?? [];
  if (shares.length > 500) throw invalid("ShareDistribution size cannot be greater than 500.");
  const identifiers = shares.map((share) => share.shareIdentifier ?? "");
  if (identifiers.some((one) => one.length > 255 || !/^[0-9A-Za-z_-]+\*?$/.test(one))) {
    throw invalid("ShareIdentifier name should match a valid pattern.");
  }
  if (new Set(identifiers).size < identifiers.length) {
    throw invalid("Cannot have two or more identical shareIdentifiers.");
  }
}
