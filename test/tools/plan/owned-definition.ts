import type { RegisterJobDefinitionRequest } from "../../../src/aws/batch.ts";
import { ownerTags } from "../../../src/controllers/ownership/ownership.ts";

/** A job definition of the namespace `default`, with the ownership tags of an object of the same name in a cluster. */
export function ownedDefinition(name: string, cluster: { readonly name: string; readonly uid: string }) {
  return {
    jobDefinitionName: name,
    type: "container",
    containerProperties: {
      image: "i",
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "128" },
      ],
    },
    tags: ownerTags({ cluster, namespace: "default", name, uid: "u" }),
  } satisfies RegisterJobDefinitionRequest;
}
