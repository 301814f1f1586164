import type { NetworkFacts, Part } from "./facts.ts";
import type { Candidate, Selectable, Selector } from "./selection.ts";

/** What an environment refers to in EC2 and IAM, and of which the facts are wanted. Order means nothing. */
export interface NetworkRequest {
  readonly subnetIds: readonly string[];
  /** VPCs of which the facts are wanted besides those of the subnets. */
  readonly vpcIds?: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Instance types and families (`c7g`); bundles such as `optimal` are left out: AWS chooses what is offered. */
  readonly instanceTypes: readonly string[];
  readonly launchTemplates: readonly LaunchTemplateReference[];
  /** Name or ARN. */
  readonly instanceProfile: string | undefined;
  readonly imageIds: readonly string[];
  readonly keyPairs: readonly string[];
  readonly placementGroups: readonly string[];
  /** Full names of endpoint services whose offer is to be read; empty unless endpoints are to be made. */
  readonly endpointServices: readonly string[];
}

export interface LaunchTemplateReference {
  /** The look of a reference does not say it: a name may be `lt-batch-gpu`, or the id of another template. */
  readonly by: "id" | "name";
  readonly reference: string;
  /** A number, `$Default` or `$Latest`. */
  readonly version: string;
}

export interface NetworkReading {
  readonly signal: AbortSignal;
  /** How old the answer may be (ms); 0 reads now. */
  readonly maxAgeMs: number;
}

/**
 * Gathers the facts of one account and region: by filters, many objects of a VPC in one call, kept between calls and
 * shared by all who ask about one VPC.
 */
export interface NetworkReader {
  /** When this process last wrote to endpoints, groups or tags there, monotonic ms. */
  readonly writtenAt: number | undefined;
  /**
   * The facts for a request, gathered at most `maxAgeMs` ago. A part that AWS refuses or that fails is `unread` in
   * the answer, and the rest is there; so this never throws for what AWS says.
   * @throws when `signal` is aborted
   */
  of(request: NetworkRequest, reading: NetworkReading): Promise<NetworkFacts>;
  /**
   * What a selector selects, read at most `maxAgeMs` ago; one call for each selector that is in use.
   * @throws when `signal` is aborted
   */
  select(what: Selectable, selector: Selector, reading: NetworkReading): Promise<Part<readonly Candidate[]>>;
}
