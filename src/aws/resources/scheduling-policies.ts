import type { ShareAttributes } from "@aws-sdk/client-batch";
import { jsonEqual } from "../../runtime/json-equal.ts";
import type {
  BatchCallTable,
  BatchPart,
  CreateSchedulingPolicyRequest,
  Policy,
  UpdateSchedulingPolicyRequest,
} from "../batch.ts";
import { readCall, writeCall } from "../call-facts.ts";
import { deletion, type Effect, present } from "../effects.ts";
import { allPages, listed, nameless, pageSize } from "../listing.ts";
import { type Location, nameIn, resourceArn } from "../names.ts";
import { type AskedResource, ownTags } from "./resource.ts";

export interface PolicyWrites {
  createSchedulingPolicy(request: CreateSchedulingPolicyRequest, signal: AbortSignal): Promise<void>;
  updateSchedulingPolicy(request: UpdateSchedulingPolicyRequest, signal: AbortSignal): Promise<void>;
  deleteSchedulingPolicy(arn: string, signal: AbortSignal): Promise<void>;
}

export const schedulingPolicyCalls = {
  describeSchedulingPolicies: readCall("BatchRead"),
  listSchedulingPolicies: readCall("BatchRead"),
  createSchedulingPolicy: writeCall(["BatchCreate"], [["batch:TagResource", "BatchClaim"]]),
  updateSchedulingPolicy: writeCall(["BatchChange"]),
  deleteSchedulingPolicy: writeCall(["BatchChange"]),
} satisfies BatchCallTable;

type Batch = BatchPart<keyof typeof schedulingPolicyCalls>;

/** AWS describes policies by ARN, and lists nothing but ARNs; a policy has no status. */
export const schedulingPolicies = {
  type: "scheduling-policy" as const,
  calls: schedulingPolicyCalls,
  subjects: ["name", "arn"],
  arn: ({ arn }) => arn,
  ...ownTags,
  namesPerCall: pageSize,
  async describe({ batch, at, names }, signal) {
    const found = new Map<string, Policy>();
    const arns = [...names].map((name) => resourceArn(at, "scheduling-policy", name));
    if (arns.length === 0) return found;
    const answer = await batch.describeSchedulingPolicies({ arns }, { signal });
    for (const detail of listed(answer.schedulingPolicies, "DescribeSchedulingPolicies")) {
      const { name, arn } = detail;
      if (name === undefined || arn === undefined) throw nameless("DescribeSchedulingPolicies");
      found.set(name, { ...detail, name, arn });
    }
    return found;
  },
  async names(batch, signal) {
    const names = new Set<string>();
    const page = async (nextToken: string | undefined) => {
      const answer = await batch.listSchedulingPolicies({ maxResults: pageSize, nextToken }, { signal });
      return { items: listed(answer.schedulingPolicies, "ListSchedulingPolicies"), nextToken: answer.nextToken };
    };
    for await (const items of allPages("ListSchedulingPolicies", page)) {
      for (const { arn = "" } of items) names.add(nameIn(arn));
    }
    return names;
  },
  writes({ batch, at, write }) {
    return {
      createSchedulingPolicy(request, signal) {
        const record = createdPolicy(request, at);
        const effect = policyCreated(record);
        return write({
          name: request.name ?? "",
          call: () => batch.createSchedulingPolicy(request, { signal }),
          effect: () => effect,
          // Without an answer it may not be there: it is not usable before AWS shows it.
          meanwhile: { ...effect, apply: (seen) => seen ?? { ...record, status: "CREATING" } },
        });
      },
      updateSchedulingPolicy(request, signal) {
        return write({
          name: nameIn(request.arn ?? ""),
          call: () => batch.updateSchedulingPolicy(request, { signal }),
          effect: () => policyUpdated(request),
        });
      },
      deleteSchedulingPolicy(arn, signal) {
        return write({
          name: nameIn(arn),
          call: () => batch.deleteSchedulingPolicy({ arn }, { signal }),
          effect: () => deletion(),
        });
      },
    };
  },
} satisfies AskedResource<Policy, Batch, PolicyWrites>;

/** What a creation makes. */
export function createdPolicy({ tags, ...request }: CreateSchedulingPolicyRequest, at: Location): Policy {
  const { name = "" } = request;
  return { ...request, name, arn: resourceArn(at, "scheduling-policy", name), tags: { ...tags } };
}

/** The effect of a creation that AWS has accepted. */
export function policyCreated(record: Policy): Effect<Policy> {
  return { apply: () => record, shows: (read) => read !== undefined, supersedes: true };
}

/** The effect of an update. */
export function policyUpdated({ arn: _arn, ...body }: UpdateSchedulingPolicyRequest): Effect<Policy> {
  return {
    supersedes: false,
    apply: (record) => (record === undefined ? undefined : { ...record, ...present(body) }),
    shows: (read) => read !== undefined && jsonEqual(policyForm(read), policyForm(body)),
  };
}

/** What a policy means: what is left out, or in another order, makes no difference. */
export interface PolicyForm {
  readonly idleResourceAssignmentStrategy: string | undefined;
  readonly shareDecaySeconds: number;
  readonly computeReservation: number;
  /** Weights by share identifier. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The form of a policy as it is sent or described. */
export function policyForm({
  fairsharePolicy,
  quotaSharePolicy,
}: Pick<Policy, "fairsharePolicy" | "quotaSharePolicy">): PolicyForm {
  return {
    idleResourceAssignmentStrategy: quotaSharePolicy?.idleResourceAssignmentStrategy,
    shareDecaySeconds: fairsharePolicy?.shareDecaySeconds ?? 0,
    computeReservation: fairsharePolicy?.computeReservation ?? 0,
    weights: weightsOf(fairsharePolicy?.shareDistribution),
  };
}

/** Weights by share identifier. */
export function weightsOf(shares: readonly Partial<ShareAttributes>[] = []): Readonly<Record<string, number>> {
  const byName = shares.toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  // AWS keeps them in 32 bits.
  return Object.fromEntries(byName.map((share) => [nameOf(share), Math.fround(share.weightFactor ?? 1)]));
}

function nameOf({ shareIdentifier = "" }: { readonly shareIdentifier?: string | undefined }): string {
  return shareIdentifier;
}
