/** Reasons of VPC endpoints that the operator creates for an object. */

import type { ReasonTable } from "./table.ts";

export const endpointsReasons = {
  EndpointsReady: {
    EndpointsAvailable: { status: "True", means: "the subnets have the endpoints that the network asks for" },
    CreatingEndpoints: {
      means: "an endpoint or its security group is being created, or EC2 does not show it yet",
    },
    RepairingEndpoints: { means: "the rules of the security group are being updated" },
    EndpointsPending: {
      means: "created and not available yet; a minute or two. Stalled after 10 minutes",
      todo: "if it lasts: see the endpoints in EC2",
    },
    EndpointsBlocked: {
      means:
        "AWS does not offer a service in these zones, private DNS needs an attribute of the VPC that is off, an endpoint would block an environment that reaches the service now, or one of our endpoints has failed or was changed so that its name does not resolve to it or it allows nobody",
      todo: "as the message says",
    },
    DeletingEndpoints: { means: "unused endpoints are being deleted" },
    EndpointsInUse: {
      means: "other objects or environments that use them are deleted first, or AWS is moving an environment",
    },
    RetainingEndpoints: {
      means:
        "they stay in AWS, as `.spec.deletionPolicy` says, or because an environment or another network needs them: the message names it",
      todo: "when it does not need them any more, delete them; they have the tag `awsbatch.dev/retained-from`",
    },
    NotReadable: {
      status: "Unknown",
      means:
        "EC2 did not answer, or denies reading what the object names; a new environment waits, Stalled after 5 minutes",
      todo: "if it lasts: see the message",
    },
  },
  event: {
    EndpointsCreated: { means: "a request to EC2 for the endpoints of a VPC" },
    EndpointsRepaired: { means: "a request to EC2 for the endpoints of a VPC" },
    EndpointsDeleted: { means: "a request to EC2 for the endpoints of a VPC" },
    EndpointsRetained: { means: "a request to EC2 for the endpoints of a VPC" },
  },
} as const satisfies ReasonTable;
