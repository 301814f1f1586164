import type { IamApi } from "./iam.ts";

/** A role with everything that belongs to it. Documents are decoded from their URL encoding, text as AWS keeps it. */
export interface RoleSeen {
  readonly name: string;
  readonly arn: string;
  /** Begins and ends with `/`. */
  readonly path: string;
  /** The trust policy (assume role policy document). */
  readonly trust: string;
  readonly attachedPolicyArns: readonly string[];
  /** Inline policies by name. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the instance profiles that hold the role. */
  readonly profileNames: readonly string[];
}

export interface ProfileSeen {
  readonly name: string;
  readonly arn: string;
  readonly path: string;
  /** At most one, says AWS. */
  readonly roleNames: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface IamReading {
  readonly signal: AbortSignal;
  /** How old an answer may be (ms); 0 reads it now. */
  readonly maxAgeMs: number;
  /** An answer that was asked for at this monotonic time (ms) or later will do, whatever its age. */
  readonly sinceMs?: number | undefined;
}

/**
 * IAM of the operator's account: one for all regions, with a call budget of its own. What is read is kept, so that
 * objects at rest cost next to nothing, and is forgotten by our own writes.
 */
export interface IamAccount {
  readonly account: string;
  readonly partition: string;
  /** Behind budget, lease, deadline and classification. Call `wrote` after each write. */
  readonly api: IamApi;
  /**
   * The role of that name; undefined when AWS says that there is none. AWS shows a new role late, so absence right
   * after a creation proves nothing.
   * @throws AwsError when it, or a part of it, cannot be read
   */
  role(name: string, reading: IamReading): Promise<RoleSeen | undefined>;
  /** @throws AwsError when it cannot be read */
  profile(name: string, reading: IamReading): Promise<ProfileSeen | undefined>;
  /** A role or profile of that name was written, also when the write failed or its answer was lost. */
  wrote(name: string): void;
}

/** The account as all namespaces share it. */
export interface IamOfAll extends IamAccount {
  /** The same account, with its calls made for a namespace: the budget lets namespaces take turns. */
  onBehalfOf(namespace: string): IamAccount;
}
