import type { ProfileSeen, RoleSeen } from "../../aws/iam-account.ts";
import type { Identity } from "../ownership.ts";
import type { NotRead } from "../unread.ts";
import type { DesiredRole } from "./desired.ts";
import type { Limits, NamedRole } from "./limits.ts";

/** Everything about roles that the plan of an object is made from. */
export interface RolesSeen {
  readonly identity: Identity;
  /** What Retain writes on a role of this object. */
  readonly mark: string;
  readonly place: { readonly account: string; readonly partition: string };
  readonly desiredRoles: readonly DesiredRole[];
  /** Names of roles that the object has asked for so far (annotation `awsbatch.dev/roles`). */
  readonly claims: readonly string[];
  /** Roles of this object alone that something of it in AWS refers to, and that are not in `claims`: the note was lost. */
  readonly unnoted: readonly string[];
  /** Roles that the spec names itself. */
  readonly named: readonly NamedRole[];
  readonly limits: LimitsSeen;
  readonly iam: IamSeen;
  /** By field: the older object that gives another content to a role of the same name. */
  readonly conflicts: ReadonlyMap<string, string>;
  /** By name of a role: the other objects that asked for it. */
  readonly others: ReadonlyMap<string, readonly OtherUser[]>;
  /** Where this object stands among those who use its shared roles. */
  readonly rank: string;
  /** Written by this process a moment ago: IAM may not show it yet. */
  readonly justWritten: ReadonlySet<string>;
  /** Until IAM surely shows what this process wrote to the wished roles, in ms; 0: it does. */
  readonly unsettledMs: number;
  /** Perhaps made a short while ago, by this process or the one before it: that IAM shows none proves nothing yet. */
  readonly absenceUnproven: ReadonlySet<string>;
  /** Service roles without which AWS cannot tear down an environment, by ARN; undefined: there is none such role. */
  readonly stranded: ReadonlyMap<string, RoleSeen | undefined>;
  /** Of `claims`, those that something in AWS of this object still refers to. */
  readonly referred: ReadonlySet<string>;
  /** Jobs that run by roles that are to go; counted only when nothing else holds those. */
  readonly jobs: JobsSeen;
  /** How long the object has been in its deletion, in ms; undefined: it stays. */
  readonly goingForMs: number | undefined;
  readonly ignoreTagKeys: readonly string[];
  readonly repairForeign: boolean;
  readonly retain: boolean;
}

export type LimitsSeen =
  /** The object names no role and wishes none. */
  | { readonly kind: "unneeded" }
  | { readonly kind: "read"; readonly limits: Limits }
  | { readonly kind: "unread"; readonly why: string };

export type JobsSeen =
  | { readonly kind: "counted"; readonly count: number }
  /** They are counted when nothing else is left to do. */
  | { readonly kind: "later" }
  | NotRead;

export type IamSeen =
  | { readonly kind: "unneeded" }
  | {
      readonly kind: "read";
      readonly roles: ReadonlyMap<string, RoleSeen>;
      readonly profiles: ReadonlyMap<string, ProfileSeen>;
    }
  /** `partly`: a role that was written a moment ago, and that IAM shows in parts. */
  | { readonly kind: "unread"; readonly reason: string; readonly message: string; readonly partly?: boolean };

/** Another object that asked for a role. */
export interface OtherUser {
  readonly key: string;
  readonly rank: string;
  /** `leaves`: it wishes the role no more, but something of it in AWS may use it still; `goes`: it is being deleted. */
  readonly stage: "uses" | "leaves" | "goes";
}
