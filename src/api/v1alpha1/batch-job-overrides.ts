import { consumablesHeld } from "./consumables-held.ts";
import { command, environment, resourceRequirements } from "./container.ts";
import { ecsContainerName } from "./ecs.ts";
import { eksContainerOverride, podMetadata } from "./eks.ts";
import { atomicList, int, int32Max, mapList, object, text } from "./schema.ts";

/** What a job changes of its definition, one kind of override for each kind of body. */

export const containerOverrides = object("Overrides for a definition with containerProperties.", {
  vcpus: int("Deprecated by AWS: use resourceRequirements.", 1, int32Max).optional(),
  memory: int("Deprecated by AWS: use resourceRequirements.", 4, int32Max).optional(),
  command: command.optional(),
  instanceType: text("Instance type; multi-node only.", 64).optional(),
  environment: environment.optional(),
  resourceRequirements: resourceRequirements.optional(),
});

export const ecsPropertiesOverride = object("Overrides for a definition with ecsProperties.", {
  taskProperties: atomicList(
    "Exactly one task.",
    object("The task.", {
      containers: atomicList(
        "Overrides of its containers, by name.",
        object("One container.", {
          name: ecsContainerName.optional(),
          command: command.optional(),
          environment: environment.optional(),
          resourceRequirements: resourceRequirements.optional(),
        }),
        10,
      ).optional(),
    }),
    1,
    1,
  ).optional(),
});

export const eksPropertiesOverride = object("Overrides for a definition with eksProperties.", {
  podProperties: object("The pod.", {
    containers: atomicList("Overrides of its containers, by name.", eksContainerOverride, 10).optional(),
    initContainers: atomicList("Overrides of its init containers, by name.", eksContainerOverride, 10).optional(),
    metadata: podMetadata.optional(),
  }).optional(),
});

export const consumableResourcePropertiesOverride = consumablesHeld("the job");

export const nodeOverrides = object("Overrides for a definition with nodeProperties.", {
  numNodes: int("Number of nodes; of the definition by default.", 1, 1000).optional(),
  nodePropertyOverrides: mapList(
    "Overrides by range of nodes.",
    ["targetNodes"],
    object("One range.", {
      targetNodes: text("Range of node numbers, e.g. 0:3 or 1:.", 64, /^[0-9]*:[0-9]*$/),
      containerOverrides: containerOverrides.optional(),
      ecsPropertiesOverride: ecsPropertiesOverride.optional(),
      instanceTypes: atomicList("Instance type of the nodes; at most one.", text("Instance type.", 64), 1).optional(),
      eksPropertiesOverride: eksPropertiesOverride.optional(),
      consumableResourcePropertiesOverride: consumableResourcePropertiesOverride.optional(),
    }),
    5,
  ).optional(),
});
