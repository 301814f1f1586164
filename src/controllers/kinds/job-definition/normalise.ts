import type { DefinitionRevision, RegisterJobDefinitionRequest } from "../../../aws/batch.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import {
  asSent,
  inOrder,
  lowerCased,
  type Members,
  mapOf,
  members,
  type NormalForm,
  unless,
  unordered,
} from "./normal-form.ts";
import { containerProperties, ecsProperties } from "./normalise-container.ts";
import { eksProperties } from "./normalise-pod.ts";

/**
 * The body of a job definition in one normal form, whether it is desired or described: what AWS Batch fills in is
 * left out, what it reorders is ordered, what it rewrites is rewritten. A revision serves a spec when their normal
 * forms are equal. Tags are not part of the body: they change in place. Pure.
 */

type Body = Omit<RegisterJobDefinitionRequest, "jobDefinitionName" | "tags">;
type NodeProperties = NonNullable<Body["nodeProperties"]>;
type NodeRange = NonNullable<NodeProperties["nodeRangeProperties"]>[number];
type RetryStrategy = NonNullable<Body["retryStrategy"]>;
type ConsumableResources = NonNullable<Body["consumableResourceProperties"]>;

/** A spec or a description: whatever has the members of a body, under AWS's names. */
export type DefinitionBody = { readonly [Member in keyof Body]?: unknown };

/**
 * The algorithm below. A change that gives an unchanged body another normal form needs a new number; fingerprints
 * of another number decide nothing.
 */
const algorithm = "v1";

const consumableResourceProperties = members<ConsumableResources>({
  consumableResourceList: unordered(
    members<NonNullable<ConsumableResources["consumableResourceList"]>[number]>({
      // AWS takes a name or an ARN.
      consumableResource: (value) =>
        typeof value === "string" ? value.replace(/^arn:.*:consumable-resource\//, "") : asSent(value),
      quantity: asSent,
    }),
  ),
});

const nodeProperties = members<NodeProperties>({
  numNodes: asSent,
  mainNode: asSent,
  // In any order: of two ranges that hold a node, the inner one counts.
  nodeRangeProperties: unordered(
    members<NodeRange>({
      // A range without a start begins at node 0.
      targetNodes: (value) => (typeof value === "string" && value.startsWith(":") ? `0${value}` : asSent(value)),
      container: containerProperties(false),
      instanceTypes: inOrder(),
      ecsProperties: ecsProperties(false),
      eksProperties,
      consumableResourceProperties,
    }),
  ),
});

const retryStrategy = members<RetryStrategy>({
  attempts: asSent,
  evaluateOnExit: inOrder(
    members<NonNullable<RetryStrategy["evaluateOnExit"]>[number]>({
      onStatusReason: asSent,
      onReason: asSent,
      onExitCode: asSent,
      action: lowerCased,
    }),
  ),
});

/** EC2 is what leaving it out means, and what an empty list means in AWS's events. */
const platformCapabilities: NormalForm = (value) => {
  const list = unordered()(value) as readonly unknown[] | undefined;
  return list?.length === 1 && list[0] === "EC2" ? undefined : list;
};

function body(fargate: boolean): Members<Body> {
  return {
    type: asSent,
    parameters: mapOf(),
    schedulingPriority: asSent,
    containerProperties: containerProperties(fargate),
    nodeProperties,
    retryStrategy,
    propagateTags: unless(false),
    timeout: members<NonNullable<Body["timeout"]>>({ attemptDurationSeconds: asSent }),
    platformCapabilities,
    eksProperties,
    ecsProperties: ecsProperties(fargate),
    consumableResourceProperties,
  };
}

const fargateMembers = body(true);
const onFargate = members<Body>(fargateMembers);
const elsewhere = members<Body>(body(false));

/** The members of `spec` that make up the body, under AWS's names. */
export const bodyMembers = Object.keys(fargateMembers) as readonly (keyof Body)[];

/** The normal form of a spec or of a described revision; plain JSON. */
export function normalised(given: DefinitionBody): Readonly<Record<string, unknown>> {
  const platforms = given.platformCapabilities;
  const fargate = Array.isArray(platforms) && platforms.includes("FARGATE");
  return ((fargate ? onFargate : elsewhere)(given) ?? {}) as Readonly<Record<string, unknown>>;
}

/** `v<algorithm>:<hash>` of a described revision. Equal to that of a spec when the revision serves it. */
export function fingerprintOf(described: DefinitionRevision): string {
  return fingerprint(described);
}

/** `v<algorithm>:<hash>` of the body that a spec desires. */
export function fingerprintOfSpec(spec: DefinitionBody): string {
  return fingerprint(spec);
}

function fingerprint(given: DefinitionBody): string {
  return `${algorithm}:${shortHash(normalised(given), 32)}`;
}
