import { shortName } from "../../../network/needs.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { normalEvent } from "../../pass/events.ts";
import type { EndpointWrite, VpcAction } from "./writes.ts";

/** The event of writes that succeeded. */
export function vpcEvent({ vpcId, doing, writes }: VpcAction): ObjectEvent {
  const reasons = {
    create: "EndpointsCreated",
    repair: "EndpointsRepaired",
    delete: "EndpointsDeleted",
    release: "EndpointsRetained",
  } as const;
  const note = `${vpcId}: ${writes.map(words).join("; ")}`.slice(0, 1024);
  return normalEvent(reasons[doing], "Reconcile", note);
}

function words(write: EndpointWrite): string {
  switch (write.kind) {
    case "createGroup":
      return `created the security group ${write.name}`;
    case "allow":
      return `allowed HTTPS from ${write.from.join(", ")} in ${write.groupId}`;
    case "deleteGroup":
      return `deleted ${write.groupId}`;
    case "createInterface":
      return `created an endpoint of ${shortName(write.serviceName)} in ${write.subnetIds.join(", ")}`;
    case "createGateway":
      return `created a gateway endpoint of ${shortName(write.serviceName)} for ${write.routeTableIds.join(", ")}`;
    case "extend":
      return `extended ${write.endpointId} to ${[...write.addSubnetIds, ...write.addRouteTableIds].join(", ")}`;
    case "deleteEndpoints":
      return `deleted ${write.endpointIds.join(", ")}`;
    case "takeOver":
      return `added the operator's tags to ${write.ids.join(", ")}`;
    case "release":
      return `removed the operator's tags from ${write.ids.join(", ")}`;
  }
}
