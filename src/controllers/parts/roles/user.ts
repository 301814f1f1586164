import type { Kind, KubeObject } from "../../../api/object.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { NamedRole } from "./limits.ts";
import type { GivenRole } from "./references-to.ts";

/** What roles need to know of a kind with `spec.iam`. Pure, except `strandedRead` and `jobs`. */
export interface RoleUser<O extends KubeObject, Seen> {
  readonly kind: Kind;
  /** The name of the object's resource in AWS. */
  awsName(object: O): string;
  /** The roles that a spec names itself. */
  named(object: O): readonly NamedRole[];
  /** The object with the operator's roles in its spec. */
  filled(object: O, roles: readonly GivenRole[]): O;
  /** Service roles, by ARN, without which AWS cannot complete a deletion. */
  stranded(object: O, seen: Seen): readonly string[];
  /**
   * The number of unfinished jobs that use roles of the object; called only before a role is deleted. Absent: jobs do not
   * use them.
   * @throws AwsError when they cannot be counted
   */
  jobs?(seen: Seen, region: BatchRegion, signal: AbortSignal): Promise<number>;
  /** Names of roles that an operator created and that resources of this object reference, whether noted or not. */
  used(seen: Seen): readonly string[];
  /** Whether AWS reports a problem with a role of the object, so that IAM has to be read. Absent: it never does. */
  doubted?(seen: Seen): boolean;
  /**
   * Receives what was read of the stranded roles, as text by ARN.
   * @returns whether the kind has to be observed again, because what it waits for may no longer exist
   */
  strandedRead?(object: O, states: ReadonlyMap<string, string>): boolean;
  /** Whether a resource in AWS still references a role that is no longer requested. */
  refersTo(seen: Seen, roleName: string): boolean;
}
