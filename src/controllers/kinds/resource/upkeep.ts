/** The plan of a kind with one resource that is created, updated in place and deleted. Pure. */

import type { BatchKind } from "../../../api/batch-kind.ts";
import type { KubeObject } from "../../../api/object.ts";
import type { Described } from "../../../aws/effects.ts";
import { settleCheckMs } from "../../intervals.ts";
import { asNamed } from "../../ownership/names.ts";
import type { Tags } from "../../ownership/ownership.ts";
import type { OwnTags } from "../../ownership/tags.ts";
import type { Blocked, FieldChange, Plan, Serves, Step, Wait } from "../../pass/agenda.ts";
import { holdsEverything, type Rule, untilHeld } from "../../pass/rules.ts";
import type { ResourceAction, UpkeepAction } from "./action.ts";
import { deletion } from "./delete.ts";
import { changeOf, claimedByAnother, owned, retagged } from "./plan.ts";
import type { ResourceSeen } from "./seen.ts";

type TaggedSpec = { readonly tags?: Tags | undefined };

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
  /** The fields that an update changes. */
  differences(spec: Spec, record: R): readonly FieldChange[];
  /** A difference that no update can change. */
  fixed(spec: Spec, record: R): (Blocked & { readonly paths: readonly string[] }) | undefined;
  /** The request for a new resource. */
  creation(spec: Spec, seen: Seen): Create;
  /** The request that changes the fields that differ. */
  update(spec: Spec, seen: Seen, record: R): Update;
  /** Tags of the operator in addition to those of the owner. */
  ownTags?(spec: Spec, seen: Seen): OwnTags;
  /** What AWS serves once nothing differs, or why it serves nothing. */
  serves(spec: Spec, seen: Seen): Serves | Blocked;
  /** Why nothing is written, not even to what AWS has; undefined: nothing hinders it. */
  barred?(seen: Seen): Wait | Blocked | undefined;
  /** What a new resource waits for; undefined: AWS has all that it needs. */
  lacking?(seen: Seen): Wait | Blocked | undefined;
  /** Of the fields that differ those of which an update may end jobs; undefined: none. */
  endangers?(spec: Spec, seen: Seen, record: R): Endangering | undefined;
  /** The step for a resource of ours that is to be deleted. */
  removal(object: KubeObject<Spec, unknown>, seen: Seen, record: R): Step<Action>;
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
): Plan<Action | UpkeepAction<Create, Update>> {
  const { kind } = upkeep;
  const { spec } = object;
  const { record, name, planId: id } = seen;
  if (seen.directives.deleting) {
    const change = { action: "Delete", id, reason: "ObjectDeleted", changes: [] } as const;
    return { change, agenda: [deletion(seen, (found) => upkeep.removal(object, seen, found))], conditions: [] };
  }
  const differences = record === undefined ? [] : upkeep.differences(spec, record);
  const endangering = record === undefined ? undefined : upkeep.endangers?.(spec, seen, record);
  const ownTags = upkeep.ownTags?.(spec, seen);
  const rules: readonly Rule<Seen, UpkeepAction<Create, Update>>[] = [
    // The owner of the name. Nothing is written before that is clear.
    () => claimedByAnother(seen, kind),
    () => upkeep.barred?.(seen),
    () =>
      owned(seen, kind, spec.tags, (found) => [
        ...differences,
        ...(upkeep.fixed(spec, found)?.paths ?? []).map((path) => ({ path })),
      ]),
    () => unsettled(seen, upkeep.lacking?.(seen), () => upkeep.creation(spec, seen)),
    () => {
      const held = endangering?.hold === undefined ? [] : endangering.paths;
      const paths = differences.flatMap(({ path }) => (held.includes(path) ? [] : path));
      if (record === undefined || paths.length === 0) return undefined;
      return {
        kind: "act",
        action: { kind: "update", name, request: upkeep.update(spec, seen, record), paths },
        reason: "Updating",
        message: `${name} is being updated: ${paths.join(", ")}`,
        effects: paths.map((path) => ({
          path,
          cause: "spec",
          ...(endangering?.paths.includes(path) === true ? { mayEndJobs: true } : {}),
        })),
      };
    },
    () => (record === undefined ? undefined : stripped(upkeep.fixed(spec, record))),
    () => retagged(seen, spec.tags, ownTags),
    () => endangering?.hold,
  ];
  const steps = untilHeld(rules, seen);
  const agenda = steps.some(holdsEverything) ? steps : [...steps, upkeep.serves(spec, seen)];
  const change = changeOf(seen, spec.tags, differences, ownTags);
  return asNamed({ change, agenda, conditions: [] }, seen.nameSeen, seen.identity.namespace);
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

function stripped(fixed: (Blocked & { readonly paths: readonly string[] }) | undefined): Blocked | undefined {
  if (fixed === undefined) return undefined;
  const { paths: _paths, ...step } = fixed;
  return step;
}
