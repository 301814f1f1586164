import type { Reason } from "../../../api/reasons.ts";
import type { ProfileSeen, RoleSeen } from "../../../aws/iam-account.ts";
import type { Identity } from "../../ownership/ownership.ts";
import type { Blocked, Wait } from "../../pass/agenda.ts";
import type { NotRead } from "../../pass/unread.ts";
import type { DesiredRole } from "./desired.ts";
import type { Limits, NamedRole } from "./limits.ts";

/** The input of the plan of an object's roles. */
export interface RolesSeen {
  readonly identity: Identity;
  /** What Retain writes on a role of this object. */
  readonly mark: string;
  readonly place: { readonly account: string; readonly partition: string };
  readonly desiredRoles: readonly DesiredRole[];
  /** Names of roles that the object has requested so far (annotation `awsbatch.dev/roles`). */
  readonly claims: readonly string[];
  /** Roles of this object alone that its resources in AWS reference, but that are not in `claims`: the note was lost. */
  readonly unnoted: readonly string[];
  /** Roles that the spec names itself. */
  readonly named: readonly NamedRole[];
  readonly limits: LimitsSeen;
  readonly iam: IamSeen;
  /** Written by this process a moment ago: IAM may not show it yet. */
  readonly justWritten: ReadonlySet<string>;
  /** Time until IAM certainly shows what this process wrote to the desired roles, in ms; 0: it does. */
  readonly unsettledMs: number;
  /** Names that this process or the previous one may have created recently: their absence in IAM proves nothing yet. */
  readonly absenceUnproven: ReadonlySet<string>;
  /** Service roles without which AWS cannot delete an environment, by ARN; undefined: the role does not exist. */
  readonly stranded: ReadonlyMap<string, RoleSeen | undefined>;
  /** Those of `claims` that resources of this object in AWS still reference. */
  readonly referred: ReadonlySet<string>;
  /** Those of the roles to delete that anything in AWS uses, also what belongs to no object: it would be left without. */
  readonly usedInRegion: ReadonlySet<string>;
  /** Jobs that use roles to delete; counted only when nothing else holds the roles. */
  readonly jobs: JobsSeen;
  /** How long the object has been in deletion, in ms; undefined: it stays. */
  readonly goingForMs: number | undefined;
  /** Why a BatchRole that the spec refers to may not be used, or not yet. */
  readonly hindrance?: Wait | Blocked | undefined;
  readonly ignoreTagKeys: readonly string[];
  readonly repairForeign: boolean;
  /** As `roleOwnership` has it. */
  readonly adopts?: boolean | undefined;
  readonly retain: boolean;
}

export type LimitsSeen =
  /** The object names no role and requests none. */
  | { readonly kind: "unneeded" }
  | { readonly kind: "read"; readonly limits: Limits }
  | { readonly kind: "unread"; readonly why: string };

export type JobsSeen =
  | { readonly kind: "counted"; readonly count: number }
  /** They are counted last. */
  | { readonly kind: "later" }
  | NotRead;

export type IamSeen =
  | { readonly kind: "unneeded" }
  | {
      readonly kind: "read";
      readonly roles: ReadonlyMap<string, RoleSeen>;
      readonly profiles: ReadonlyMap<string, ProfileSeen>;
    }
  /** `partly`: IAM shows only parts of a role that was just written. */
  | { readonly kind: "unread"; readonly reason: Reason; readonly message: string; readonly partly?: boolean };
