/** The plan of a kind with one resource that is created, updated in place and deleted. Pure. */

import type { BatchKind } from "../../../api/batch-kind.ts";
import type { KubeObject } from "../../../api/object.ts";
import type { Described } from "../../../aws/effects.ts";
import { changesIn, fieldDifferences, fixedDifference } from "../../fields/differences.ts";
import { creationOf, updateOf } from "../../fields/requests.ts";
import type { FieldRows } from "../../fields/rows.ts";
import { settleCheckMs } from "../../intervals.ts";
import { asNamed } from "../../ownership/names.ts";
import { awsNameOf } from "../../ownership/naming.ts";
import { ownerTags, type Tags } from "../../ownership/ownership.ts";
import { type OwnTags, withOwnTags } from "../../ownership/tags.ts";
import type { Blocked, Plan, Serves, Step, Wait } from "../../pass/agenda.ts";
import { holdsEverything, type Rule, untilHeld } from "../../pass/rules.ts";
import type { ResourceAction, UpkeepAction } from "./action.ts";
import { deletion } from "./delete.ts";
import { changeOf, claimedByAnother, owned, retagged } from "./plan.ts";
import type { ResourceSeen } from "./seen.ts";

type TaggedSpec = { readonly tags?: Tags | undefined };
type Members = Readonly<Record<string, unknown>>;

/** What differs between such kinds. */
export interface Upkeep<
  Spec extends TaggedSpec,
  R extends Described,
  Seen extends ResourceSeen<R>,
  Create,
  Update,
  Action = ResourceAction<Create, Update>,
> {
  readonly kind: Pick<BatchKind, "noun" | "awsName">;
  /** What an update changes and what no update can change follow from them, and what requests send. */
  readonly fields: FieldRows<Spec, R>;
  /** The members of a creation in addition to those of the fields, the name and the tags, or in place of them. */
  creates?(object: KubeObject<Spec, unknown>, seen: Seen): Partial<Create>;
  /** The request that makes a change. @param changed the members that differ */
  update(changed: Members, seen: Seen, spec: Spec): Update;
  /** Tags of the operator in addition to those of the owner, where AWS has the resource. */
  ownTags?(spec: Spec, seen: Seen): OwnTags;
  /** Whether the resource serves once nothing differs, or why it does not. */
  serves(spec: Spec, seen: Seen): Serves | Blocked;
  /** Why nothing is written, not even to what AWS has; undefined: nothing hinders it. */
  barred?(seen: Seen): Wait | Blocked | undefined;
  /** What a new resource waits for; undefined: AWS has all that it needs. */
  lacking?(seen: Seen): Wait | Blocked | undefined;
  /** Of the fields that differ those of which an update may end jobs; undefined: none. */
  endangers?(spec: Spec, seen: Seen, record: R): Endangering | undefined;
  /** The step for a resource of ours that is to be deleted. */
  removal(object: KubeObject<Spec, unknown>, seen: Seen, record: R, now: number): Step<Action>;
}

/** Fields of which an update may end jobs. */
export interface Endangering {
  readonly paths: readonly string[];
  /** What the update of these fields waits for; undefined: it may end jobs. */
  readonly hold: Wait | undefined;
}

export function upkeepPlan<
  Spec extends TaggedSpec,
  R extends Described,
  Seen extends ResourceSeen<R>,
  Create,
  Update,
  Action,
>(
  upkeep: Upkeep<Spec, R, Seen, Create, Update, Action>,
  object: KubeObject<Spec, unknown>,
  seen: Seen,
  now: number,
): Plan<Action | UpkeepAction<Create, Update>> {
  const { kind, fields } = upkeep;
  const { spec } = object;
  const { record, name, planId: id } = seen;
  if (seen.directives.deleting) {
    const change = { action: "Delete", id, reason: "ObjectDeleted", changes: [] } as const;
    return { change, agenda: [deletion(seen, (found) => upkeep.removal(object, seen, found, now))], conditions: [] };
  }
  const differences = record === undefined ? [] : fieldDifferences(fields, spec, record);
  const fixed = record === undefined ? undefined : fixedDifference(fields, spec, record);
  const endangering = record === undefined ? undefined : upkeep.endangers?.(spec, seen, record);
  const ownTags = upkeep.ownTags?.(spec, seen);
  const rules: readonly Rule<Seen, UpkeepAction<Create, Update>>[] = [
    // The owner of the name. Nothing is written before that is clear.
    () => claimedByAnother(seen, kind),
    () => upkeep.barred?.(seen),
    () => owned(seen, kind, spec.tags, () => [...differences, ...(fixed?.paths ?? []).map((path) => ({ path }))]),
    () => unsettled(seen, upkeep.lacking?.(seen), () => creation(upkeep, object, seen)),
    () => {
      // Fields that take capacity from jobs are sent when they may be; all others meanwhile.
      const held = endangering?.hold === undefined ? [] : endangering.paths;
      const sent = differences.filter(({ path }) => !held.includes(path));
      if (sent.length === 0) return undefined;
      const paths = sent.map(({ path }) => path);
      return {
        kind: "act",
        action: { kind: "update", name, request: upkeep.update(updateOf(sent), seen, spec), paths },
        reason: "Updating",
        message: `${name} is being updated: ${paths.join(", ")}`,
        effects: paths.map((path) => ({
          path,
          cause: "spec",
          ...(endangering?.paths.includes(path) === true ? { mayEndJobs: true } : {}),
        })),
      };
    },
    () => fixed?.next,
    () => retagged(seen, spec.tags, ownTags),
    () => endangering?.hold,
  ];
  const steps = untilHeld(rules, seen);
  const agenda = steps.some(holdsEverything) ? steps : [...steps, upkeep.serves(spec, seen)];
  const change = changeOf(seen, spec.tags, changesIn(differences), ownTags);
  return asNamed({ change, agenda, conditions: [] }, seen.nameSeen, seen.identity.namespace);
}

function creation<Spec extends TaggedSpec, R extends Described, Seen extends ResourceSeen<R>, Create, Update, Action>(
  upkeep: Upkeep<Spec, R, Seen, Create, Update, Action>,
  object: KubeObject<Spec, unknown>,
  seen: Seen,
): Create {
  const { kind, fields } = upkeep;
  const { spec } = object;
  const request = {
    [kind.awsName.field]: awsNameOf(kind, object),
    ...creationOf(fields, spec),
    tags: withOwnTags(spec.tags, ownerTags(seen.identity)),
    ...upkeep.creates?.(object, seen),
  };
  // The table of fields has a row for each member of the spec, by type.
  return request as Create;
}

/** The step where AWS has no such resource, has yet to delete an earlier one, or changes it. */
function unsettled<Create, Update>(
  { record, absent, name }: ResourceSeen,
  lacking: Wait | Blocked | undefined,
  creation: () => Create,
): Step<UpkeepAction<Create, Update>> | undefined {
  const waits = (message: string): Wait => ({ kind: "wait", reason: "Creating", message });
  if (record?.status === "UPDATING") return { kind: "wait", reason: "Updating", message: `${name} is being updated` };
  if (record?.status === "DELETING") return waits(`an earlier ${name} is still being deleted`);
  if (record?.status === "CREATING") return waits(`${name} is being created`);
  if (record !== undefined) return undefined;
  if (lacking !== undefined) return lacking;
  const message = `${name} is being created`;
  if (!absent) return { ...waits(message), checkInMs: settleCheckMs, until: { kind: "listing" } };
  return { kind: "act", action: { kind: "create", name, request: creation() }, reason: "Creating", message };
}
