import type { Kind, KubeObject } from "../../api/object.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { DesiredRole } from "./desired.ts";
import type { NamedRole } from "./limits.ts";

/** What the roles part has to know of a kind whose objects have `spec.iam`. Pure, but for `strandedRead` and `jobs`. */
export interface RoleUser<O extends KubeObject, Seen> {
  readonly kind: Kind;
  /** The name in AWS of what the object is for. */
  awsName(object: O): string;
  /** The roles that a spec names itself. */
  named(object: O): readonly NamedRole[];
  /** The object as if its spec named the roles that are made for it. */
  filled(object: O, desiredRoles: readonly DesiredRole[]): O;
  /** Service roles, by ARN, without which AWS cannot tear down what it is asked to. */
  stranded(object: O, seen: Seen): readonly string[];
  /**
   * How many jobs that have not ended run by roles of the object; asked only before a role is removed. Left out: jobs
   * do not run by them.
   * @throws AwsError when they cannot be counted
   */
  jobs?(seen: Seen, region: BatchRegion, signal: AbortSignal): Promise<number>;
  /** Names of roles that an operator made, and that something in AWS of this object refers to, noted on it or not. */
  used(seen: Seen): readonly string[];
  /** Whether AWS complains of a role of the object, so that IAM is to be looked at. Left out: it never does. */
  doubted?(seen: Seen): boolean;
  /**
   * Is told what was read of the stranded roles, as text by ARN.
   * @returns whether the kind has to be observed again, for what it waits for may be gone
   */
  strandedRead?(object: O, states: ReadonlyMap<string, string>): boolean;
  /** Whether something in AWS still refers to a role that is wished no more. */
  refersTo(seen: Seen, roleName: string): boolean;
}
