import type { NetworkFacts, Part } from "./facts.ts";
import type { Candidate, Selectable, Selector } from "./selection.ts";

/** The resources of an environment in EC2 and IAM for which facts are needed. The order has no meaning. */
export interface NetworkRequest {
  readonly subnetIds: readonly string[];
  /** VPCs in addition to those of the subnets. */
  readonly vpcIds?: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Instance types and families (`c7g`); bundles such as `optimal` are left out, because AWS chooses an offered type. */
  readonly instanceTypes: readonly string[];
  readonly launchTemplates: readonly LaunchTemplateReference[];
  /** Name or ARN. */
  readonly instanceProfile: string | undefined;
  readonly imageIds: readonly string[];
  readonly keyPairs: readonly string[];
  readonly placementGroups: readonly string[];
  /** Full names of endpoint services for which to read the offer; empty unless endpoints are created. */
  readonly endpointServices: readonly string[];
}

/** What environments name of a network that is read for all of them together. */
export const sharedParts = ["subnetIds", "instanceTypes", "imageIds", "keyPairs", "placementGroups"] as const;

export type SharedPart = (typeof sharedParts)[number];

/** Asks for nothing. */
export const emptyRequest: NetworkRequest = {
  subnetIds: [],
  securityGroupIds: [],
  instanceTypes: [],
  launchTemplates: [],
  instanceProfile: undefined,
  imageIds: [],
  keyPairs: [],
  placementGroups: [],
  endpointServices: [],
};

export interface LaunchTemplateReference {
  /** The format of a reference does not show it: a name may be `lt-batch-gpu`, or the ID of another template. */
  readonly by: "id" | "name";
  readonly reference: string;
  /** A number, `$Default` or `$Latest`. */
  readonly version: string;
}

export interface NetworkReading {
  readonly signal: AbortSignal;
  /** Maximum age of the answer, ms; 0 reads now. */
  readonly maxAgeMs: number;
  /** Aborts when nobody waits any more: a read that has begun goes on, for whoever asks next (`signal`). */
  readonly patience?: AbortSignal | undefined;
}

/**
 * Collects the facts of one account and region: with filters, many resources of a VPC in one call, cached and shared by
 * all readers of a VPC.
 */
export interface NetworkReader {
  /** When this process last wrote to endpoints, groups or tags there, monotonic ms; one for all readers of a region. */
  readonly written: { readonly at: number | undefined };
  /**
   * The facts for a request, at most `maxAgeMs` old. A part that AWS denies or that fails is `unread`, and the rest is
   * present; so errors of AWS never throw.
   * @throws when `signal` or `patience` is aborted
   */
  of(request: NetworkRequest, reading: NetworkReading): Promise<NetworkFacts>;
  /**
   * What a selector selects, at most `maxAgeMs` old; one call per selector.
   * @throws when `signal` is aborted
   */
  select(what: Selectable, selector: Selector, reading: NetworkReading): Promise<Part<readonly Candidate[]>>;
}
