import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { letFirst } from "../decision.ts";
import type { Ports } from "../ports.ts";
import type { Steps } from "../steps.ts";
import { withSelected } from "./fill.ts";
import { observeSelection } from "./observe.ts";
import { planWithSelection } from "./plan.ts";
import { withSelectionStatus } from "./report.ts";
import type { SelectionSeen } from "./seen.ts";

/** What is seen of an environment with what its selectors select. */
export interface WithSelection<Seen> {
  readonly own: Seen;
  readonly selection: SelectionSeen;
}

/**
 * The steps of an environment whose spec may select subnets and security groups: inside of them the spec names what
 * was selected, as status says.
 */
export function withSelection<Seen, Action>(
  steps: Steps<BatchComputeEnvironment, Seen, Action>,
  ports: Ports,
): Steps<BatchComputeEnvironment, WithSelection<Seen>, Action> {
  return {
    kind: steps.kind,
    async observe(object, region, given, signal) {
      const selection = await observeSelection(object, ports, signal);
      return { own: await steps.observe(withSelected(object), region, given, signal), selection };
    },
    refresh: (object, region, sinceMs, signal) => steps.refresh(withSelected(object), region, sinceMs, signal),
    plan(object, { own, selection }, now) {
      const decision = steps.plan(withSelected(object), own, now);
      return letFirst(decision, planWithSelection(decision, selection, object, now));
    },
    act: (action, object, region, given, signal) => steps.act(action, withSelected(object), region, given, signal),
    report: (object, { own, selection }, decision, now) =>
      withSelectionStatus(steps.report(withSelected(object), own, decision, now), selection, object, now),
    marks: (object, { own }) => steps.marks?.(withSelected(object), own) ?? {},
    newsOfFailure: (action, failure, { own }) => steps.newsOfFailure?.(action, failure, own) ?? [],
    events: (action) => steps.events(action),
  };
}
