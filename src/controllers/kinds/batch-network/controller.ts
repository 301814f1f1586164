import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { BatchNetworkKind } from "../../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import { newEc2Memory } from "../../parts/ec2-memory.ts";
import { vpcEvent } from "../../parts/endpoints/events.ts";
import { groupEvent } from "../../parts/security-group/events.ts";
import { reconcilerOf } from "../../pass/pass.ts";
import type { Ports } from "../../ports.ts";
import { act } from "./act.ts";
import { observe } from "./observe.ts";
import { planFor } from "./plan.ts";
import { report } from "./report.ts";
import type { Action, Seen } from "./seen.ts";

/** Keeps what environments of a network share: its selection, its security group and its endpoints. */
export function batchNetworks(ports: Ports): Reconciler {
  const memory = newEc2Memory();
  return reconcilerOf<BatchNetwork, Seen, Action>(
    {
      kind: BatchNetworkKind,
      observe: (network, region, signal) => observe(network, { region, ports, memory }, signal),
      async refresh({ metadata, spec }, region, sinceMs, signal) {
        memory.readAfter.set(metadata.uid, sinceMs);
        const ec2 = await ports.regions.ec2(spec.region, signal, metadata.namespace);
        // What is about to be taken away may be the only way that is left to others.
        ec2.forgetWays(sinceMs);
        await region.refresh(signal);
      },
      plan: planFor,
      act: (action, network, region, signal) => act(action, network, { region, ports, memory }, signal),
      status: (network, seen, _choice, now) => report(network, seen, now),
      events: (action) => [action.kind === "writeEndpoints" ? vpcEvent(action) : groupEvent(action)],
      hasOwn: ({ network }) =>
        network.kind === "read" &&
        (network.vpc.ours.length > 0 || network.vpc.group !== undefined || network.group.found !== undefined),
    },
    ports,
  );
}
