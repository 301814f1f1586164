import type { JobDefinition } from "../../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import { isOurs } from "../../ownership/ownership.ts";
import { actOnRoles } from "../../parts/roles/act.ts";
import { isRolesAction, type RolesAction } from "../../parts/roles/action.ts";
import { rolesEvents, rolesFailure, rolesReport } from "../../parts/roles/report.ts";
import {
  filledObject,
  newRolesMemory,
  observeWithRoles,
  rolesAnnotations,
  type WithRoles,
} from "../../parts/roles/with-roles.ts";
import { OutOfDate } from "../../pass/failures.ts";
import { reconcilerOf } from "../../pass/pass.ts";
import type { Ports } from "../../ports.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { withConsumables } from "./consumables.ts";
import { events } from "./events.ts";
import { isThrough, planOf } from "./life.ts";
import { type FoundRevisions, observe, outdated, refresh } from "./observe.ts";
import { report } from "./report.ts";
import { definitionRoleUser } from "./roles.ts";
import type { Seen } from "./seen.ts";

/** Makes AWS Batch run what `JobDefinition` objects say, by registering revisions. */
export function jobDefinitions(ports: Ports): Reconciler {
  const found: FoundRevisions = new Map();
  const memory = newRolesMemory();
  return reconcilerOf<JobDefinition, WithRoles<JobDefinition, Seen>, Action | RolesAction>(
    {
      kind: JobDefinitionKind,
      async observe(given, region, signal) {
        const { object, hindrances } = await withConsumables(given, region, ports, signal);
        const own = {
          user: definitionRoleUser,
          observeOwn: async (effective: JobDefinition): Promise<Seen> => {
            const seen = await observe(effective, region, ports, signal, found);
            return hindrances.length === 0 ? seen : { ...seen, hindrances };
          },
          isThrough: (effective: JobDefinition, seen: Seen) => isThrough(effective, seen, ports.clock.now()),
        };
        return await observeWithRoles(object, region, own, { ports, memory }, signal);
      },
      async refresh(object, region, sinceMs, signal) {
        memory.readAfter.set(object.metadata.uid, sinceMs);
        await refresh(filledObject(object, definitionRoleUser, region, ports), region, signal);
      },
      outdated,
      plan: (_object, seen, now) => planOf(seen, now),
      async act(action, object, region, signal) {
        if (isRolesAction(action))
          return await actOnRoles(action, object, JobDefinitionKind, { ports, memory }, signal);
        const { object: named, hindrances } = await withConsumables(object, region, ports, signal);
        if (action.kind === "register" && hindrances.length > 0) throw new OutOfDate("a consumable has changed");
        const effective = filledObject(named, definitionRoleUser, region, ports);
        await act(action, effective, region, ports, signal);
      },
      status: (_object, { object: effective, own, roles }) => ({ ...report(effective, own), ...rolesReport(roles) }),
      events: (action) => (isRolesAction(action) ? rolesEvents(action) : events(action)),
      hasOwn: ({ own: { revisions, identity } }) => revisions.some(({ tags }) => isOurs(tags, identity)),
      annotations: (object, { roles }) => rolesAnnotations(object, roles),
      conditionsOfFailure: (action, failure, { roles }) => rolesFailure(action, failure, roles),
    },
    ports,
  );
}
