import { shortName } from "../../network/dependence.ts";
import type { ObjectEvent } from "../../runtime/store.ts";
import type { EndpointsAction } from "./action.ts";
import type { EndpointWrite } from "./writes.ts";

/** What an action that succeeded is told as. */
export function endpointsEvents(action: EndpointsAction): readonly ObjectEvent[] {
  if (action.kind === "claimVpcs") return [];
  const reasons = {
    create: "EndpointsCreated",
    repair: "EndpointsRepaired",
    delete: "EndpointsDeleted",
    release: "EndpointsRetained",
  } as const;
  const note = `asked EC2 in ${action.vpcId}: ${action.writes.map(words).join("; ")}`.slice(0, 1024);
  return [{ type: "Normal", reason: reasons[action.doing], action: "Reconcile", note }];
}

function words(write: EndpointWrite): string {
  switch (write.kind) {
    case "createGroup":
      return `to make the security group ${write.name}`;
    case "allow":
      return `to let ${write.from.join(", ")} into ${write.groupId}`;
    case "deleteGroup":
      return `to delete ${write.groupId}`;
    case "createInterface":
      return `to make an endpoint of ${shortName(write.serviceName)} in ${write.subnetIds.join(", ")}`;
    case "createGateway":
      return `to make a gateway endpoint of ${shortName(write.serviceName)} for ${write.routeTableIds.join(", ")}`;
    case "extend":
      return `to extend ${write.endpointId} to ${[...write.addSubnetIds, ...write.addRouteTableIds].join(", ")}`;
    case "deleteEndpoints":
      return `to delete ${write.endpointIds.join(", ")}`;
    case "takeOver":
      return `to give our tags to ${write.ids.join(", ")}`;
    case "release":
      return `to take our tags from ${write.ids.join(", ")}`;
  }
}
