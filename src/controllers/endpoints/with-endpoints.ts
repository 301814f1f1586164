import { endpointsAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { failureReason } from "../conditions.ts";
import { type Decision, letFirst } from "../decision.ts";
import { newEc2Memory } from "../ec2-memory.ts";
import type { Ports } from "../ports.ts";
import type { Steps } from "../steps.ts";
import { failureText } from "../wording.ts";
import { actOnEndpoints } from "./act.ts";
import { type EndpointsAction, isEndpointsAction } from "./action.ts";
import { endpointsEvents } from "./events.ts";
import { companyIn, observeEndpoints } from "./observe.ts";
import { planWithEndpoints } from "./plan.ts";
import type { EndpointsSeen } from "./seen.ts";

/** What is seen of an environment with the endpoints of its VPC. */
export interface WithEndpoints<Seen> {
  readonly own: Seen;
  readonly endpoints: EndpointsSeen;
}

/**
 * The steps of an environment with the endpoints of `spec.network.vpcEndpoints` around them: made before, kept while,
 * and removed after the last environment that uses them.
 */
export function withEndpoints<Seen, Action extends { readonly kind: string }>(
  steps: Steps<BatchComputeEnvironment, Seen, Action>,
  ports: Ports,
): Steps<BatchComputeEnvironment, WithEndpoints<Seen>, Action | EndpointsAction> {
  const memory = newEc2Memory();
  return {
    kind: steps.kind,
    async observe(object, region, given, signal) {
      const own = await steps.observe(object, region, given, signal);
      return { own, endpoints: await observeEndpoints(object, region, ports, memory, signal) };
    },
    async refresh(object, region, sinceMs, signal) {
      memory.readAfter.set(object.metadata.uid, sinceMs);
      memory.live.set(object.metadata.uid, sinceMs);
      await steps.refresh(object, region, sinceMs, signal);
    },
    plan(object, { own, endpoints }, now) {
      const decision = steps.plan(object, own, now);
      const deleting = object.metadata.deletionTimestamp !== undefined;
      return letFirst(decision, planWithEndpoints(decision, endpoints, deleting));
    },
    async act(action, object, region, given, signal) {
      if (!isEndpointsAction(action)) return await steps.act(action, object, region, given, signal);
      memory.readAfter.set(object.metadata.uid, Number.POSITIVE_INFINITY);
      await actOnEndpoints(action, object, ports, () => companyIn(region, ports), memory, signal);
    },
    report(object, { own }, decision, now) {
      return steps.report(object, own, decision as Decision<Action>, now);
    },
    marks(object, { own, endpoints }) {
      const { network, claims, wished } = endpoints;
      const vpcIds = network.kind === "read" && wished ? network.vpcIds : [];
      const all = [...new Set([...claims, ...vpcIds])];
      return { ...steps.marks?.(object, own), ...(all.length === 0 ? {} : { [endpointsAnnotation]: all.join(",") }) };
    },
    newsOfFailure(action, failure, { own }) {
      if (!isEndpointsAction(action)) return steps.newsOfFailure?.(action, failure, own) ?? [];
      const reason = failureReason(failure.kind);
      return [{ type: "EndpointsReady", status: "False", reason, message: failureText(failure) }];
    },
    events: (action) => (isEndpointsAction(action) ? endpointsEvents(action) : steps.events(action)),
  };
}
