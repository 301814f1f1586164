import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../runtime/controller.ts";
import { withEndpoints } from "../endpoints/with-endpoints.ts";
import { isStillWished } from "../holds.ts";
import type { Ports } from "../ports.ts";
import { reconcilerOf } from "../reconcile.ts";
import { withRoles } from "../roles/with-roles.ts";
import { withSecurityGroup } from "../security-group/with-security-group.ts";
import { withSelection } from "../selection/with-selection.ts";
import type { Steps } from "../steps.ts";
import { act, notingRefusal } from "./act.ts";
import type { Action } from "./action.ts";
import { roleStatesRead } from "./causes.ts";
import { eventsFor } from "./events.ts";
import { lookAtNetwork } from "./network-look.ts";
import { newMemory, observe, roleMended } from "./observe.ts";
import { planFor } from "./plan.ts";
import { report } from "./report.ts";
import { environmentRoleUser } from "./roles.ts";
import type { Seen } from "./seen.ts";

/** Keeps AWS Batch compute environments as their objects say, replacing them under their queues where AWS must. */
export function computeEnvironments(ports: Ports): Reconciler {
  const memory = newMemory();
  const steps: Steps<BatchComputeEnvironment, Seen, Action> = {
    kind: BatchComputeEnvironmentKind,
    observe: async (object, region, _ports, signal) => {
      const network = await lookAtNetwork(object, region, ports, memory.looks, signal);
      return { ...(await observe(object, region, ports, memory, signal)), network };
    },
    refresh: async (_object, region, _sinceMs, signal) => {
      await region.refresh(signal);
    },
    plan: planFor,
    act: (action, object, region, _ports, signal) => {
      const isWished = (): boolean => isStillWished(BatchComputeEnvironmentKind, object, ports);
      const doing = { memory, clock: ports.clock, isWished };
      return notingRefusal(action, object, doing, () => act(action, object, region, doing, signal));
    },
    report,
    events: eventsFor,
  };
  const roleUser: typeof environmentRoleUser = {
    ...environmentRoleUser,
    mended: (object) => roleMended(memory, object, ports.clock),
    strandedRead: (object, states) => roleStatesRead(memory.roleCauses, object, states, ports.clock),
  };
  const withMade = withEndpoints(withRoles(steps, roleUser, ports), ports);
  return reconcilerOf(withSelection(withSecurityGroup(withMade, ports), ports), ports);
}
