import type { JobDefinitionStatus } from "../../../api/v1alpha1/job-definition.ts";
import type { RevisionSeen } from "../../../aws/region.ts";
import type { NameSeen } from "../../ownership/names.ts";
import type { Identity } from "../../ownership/ownership.ts";
import type { FieldChange } from "../../pass/agenda.ts";
import type { Directives } from "../../pass/directives.ts";
import type { Settings } from "../../ports.ts";
import type { Hindrance } from "../../references/consumables.ts";

/** A revision as the status names it; `registeredAt` in whole seconds (RFC 3339), undefined when it was not us. */
export type ReportedRevision = Pick<NonNullable<JobDefinitionStatus["revisions"]>[number], "revision" | "registeredAt">;

/** Everything that the plan of a job definition is computed from. */
export interface Seen {
  readonly identity: Identity;
  readonly directives: Directives;
  readonly settings: Settings;
  /** `spec.jobDefinitionName` or the default. */
  readonly name: string;
  readonly unversionedArn: string;
  /** Of the body that the spec desires. */
  readonly fingerprint: string;
  /** The ACTIVE revisions of the name, highest first. */
  readonly revisions: readonly RevisionSeen[];
  /** The newest revision of ours was first seen under other circumstances than the present ones. */
  readonly registeredBefore: boolean;
  /** What the status reported last of our revisions: by their number, and when we registered each. */
  readonly reported: readonly ReportedRevision[];
  /** True once AWS certainly has no ACTIVE revision of the name. */
  readonly absent: boolean;
  /** Whether the object may have its name. */
  readonly nameSeen: NameSeen;
  /** `namespace/name` of the object that has the name in the same place, by AWS's tags or its age; see `claims.ts`. */
  readonly claimedBy: string | undefined;
  /**
   * The fields in which the highest revision differs from the spec. Empty also where nothing is to be reported: see `body.ts`.
   */
  readonly bodyChanges: readonly FieldChange[];
  /** The references to consumables that keep a revision from being registered; left out where there are none. */
  readonly hindrances?: readonly Hindrance[];
  /** `cluster/namespace/name` of the others that do, where AWS's tags name this one: their revisions do not bar it. */
  readonly giveWay: readonly string[];
}
