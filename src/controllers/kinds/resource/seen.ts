import type { KindName } from "../../../api/v1alpha1/kinds.ts";
import type { Described } from "../../../aws/effects.ts";
import type { NameSeen } from "../../ownership/names.ts";
import type { Identity } from "../../ownership/ownership.ts";
import type { Directives } from "../../pass/directives.ts";
import type { Settings } from "../../ports.ts";

/** What is observed of an object with one resource in AWS, which has the object's name there and is updated in place. */
export interface ResourceSeen<R extends Described = Described> {
  readonly identity: Identity;
  readonly directives: Directives;
  readonly settings: Settings;
  /** In AWS: of the spec, or the default. */
  readonly name: string;
  /** Of the resource with this name, whether it exists or not. */
  readonly arn: string;
  readonly planId: string;
  /** The kind in one of which AWS would have it, where nothing says in which one; undefined: its place is known. */
  readonly lostIn: KindName | undefined;
  /** The resource of that name, unless it was deleted. */
  readonly record: R | undefined;
  /** True once AWS certainly has no resource of that name. */
  readonly absent: boolean;
  /** True once every write of ours shows, so that its tags are current. */
  readonly isSettled: boolean;
  /** Whether the object may have its name. */
  readonly nameSeen: NameSeen;
  /** `namespace/name` of the object that has the name in the same place, by AWS's tags or its age; see `claims.ts`. */
  readonly claimedBy: string | undefined;
}
