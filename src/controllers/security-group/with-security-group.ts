import { securityGroupAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { failureReason } from "../conditions.ts";
import { type Decision, letFirst } from "../decision.ts";
import { newEc2Memory, writeFor } from "../ec2-memory.ts";
import type { Ports } from "../ports.ts";
import type { Steps } from "../steps.ts";
import { failureText } from "../wording.ts";
import { actOnGroup } from "./act.ts";
import { type GroupAction, isGroupAction } from "./action.ts";
import { groupEvents } from "./events.ts";
import { withMadeGroup } from "./fill.ts";
import { observeGroup } from "./observe.ts";
import { planWithGroup } from "./plan.ts";
import { withGroupStatus } from "./report.ts";
import type { GroupSeen } from "./seen.ts";

/** What is seen of an environment with the security group that is made for it. */
export interface WithGroup<Seen> {
  readonly own: Seen;
  readonly group: GroupSeen;
}

/**
 * The steps of an environment with the group of `spec.network.securityGroup` around them: made before, kept while, and
 * removed after everything else. Inside of them the spec names the group, as status says.
 */
export function withSecurityGroup<Seen, Action extends { readonly kind: string }>(
  steps: Steps<BatchComputeEnvironment, Seen, Action>,
  ports: Ports,
): Steps<BatchComputeEnvironment, WithGroup<Seen>, Action | GroupAction> {
  const memory = newEc2Memory();
  return {
    kind: steps.kind,
    async observe(object, region, given, signal) {
      const own = await steps.observe(withMadeGroup(object), region, given, signal);
      return { own, group: await observeGroup(object, region, ports, memory, signal) };
    },
    async refresh(object, region, sinceMs, signal) {
      memory.readAfter.set(object.metadata.uid, sinceMs);
      await steps.refresh(withMadeGroup(object), region, sinceMs, signal);
    },
    plan(object, { own, group }, now) {
      const deleting = object.metadata.deletionTimestamp !== undefined;
      const decision = steps.plan(withMadeGroup(object), own, now);
      return letFirst(decision, planWithGroup(decision, group, deleting));
    },
    async act(action, object, region, given, signal) {
      if (!isGroupAction(action)) return await steps.act(action, withMadeGroup(object), region, given, signal);
      memory.readAfter.set(object.metadata.uid, Number.POSITIVE_INFINITY);
      const work = (): Promise<void> => actOnGroup(action, object, ports, memory, signal);
      await (action.kind === "claimGroups" ? work() : writeFor(memory, object, action.writes, ports.clock, work));
    },
    report(object, { own, group }, decision, now) {
      const fields = steps.report(withMadeGroup(object), own, decision as Decision<Action>, now);
      return withGroupStatus(fields, group, object);
    },
    marks(object, { own, group }) {
      const { network, claims, wished } = group;
      const vpcIds = network.kind === "read" && wished !== undefined ? (network.vpcIds ?? []) : [];
      const all = [...new Set([...claims, ...vpcIds])];
      const note = all.length === 0 ? {} : { [securityGroupAnnotation]: all.join(",") };
      return { ...steps.marks?.(withMadeGroup(object), own), ...note };
    },
    newsOfFailure(action, failure, { own }) {
      if (!isGroupAction(action)) return steps.newsOfFailure?.(action, failure, own) ?? [];
      const reason = failureReason(failure.kind);
      return [{ type: "SecurityGroupReady", status: "False", reason, message: failureText(failure) }];
    },
    events: (action) => (isGroupAction(action) ? groupEvents(action) : steps.events(action)),
  };
}
