import type { JobDefinition } from "../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../runtime/controller.ts";
import type { Ports } from "../ports.ts";
import { reconcilerOf } from "../reconcile.ts";
import { withRoles } from "../roles/with-roles.ts";
import type { Steps } from "../steps.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { events } from "./events.ts";
import { type FoundRevisions, observe, outdated, refresh } from "./observe.ts";
import { plan } from "./plan.ts";
import { report } from "./report.ts";
import { definitionRoleUser } from "./roles.ts";
import type { Seen } from "./seen.ts";

/** Makes AWS Batch run what `JobDefinition` objects say, by registering revisions. */
export function jobDefinitions(ports: Ports): Reconciler {
  const found: FoundRevisions = new Map();
  const steps: Steps<JobDefinition, Seen, Action> = {
    kind: JobDefinitionKind,
    observe: (object, region, given, signal) => observe(object, region, given, signal, found),
    refresh: (object, region, _sinceMs, signal) => refresh(object, region, signal),
    outdated,
    plan,
    act,
    report: (object, seen) => ({ ...report(object, seen) }),
    events,
  };
  return reconcilerOf(withRoles(steps, definitionRoleUser, ports), ports);
}
