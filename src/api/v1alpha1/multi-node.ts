import { consumablesHeld } from "./consumables-held.ts";
import { containerProperties } from "./container.ts";
import { ecsProperties } from "./ecs.ts";
import { eksProperties } from "./eks.ts";
import { nodePropertiesRules, nodeRangeRules } from "./job-definition-rules.ts";
import { atomicList, int, mapList, object, text } from "./schema.ts";

/** Multi-node jobs. */

export const consumableResourceProperties = consumablesHeld("the definition");

const nodeRange = object(
  "Nodes with the same definition.",
  {
    targetNodes: text("Range of node numbers, e.g. 0:3 or 1:.", 64, /^[0-9]*:[0-9]*$/),
    container: containerProperties.optional(),
    instanceTypes: atomicList("Instance type of the nodes; at most one.", text("Instance type.", 64), 1).optional(),
    ecsProperties: ecsProperties.optional(),
    eksProperties: eksProperties.optional(),
    consumableResourceProperties: consumableResourceProperties.optional(),
  },
  ...nodeRangeRules,
);

export const nodeProperties = object(
  "A multi-node parallel job: what its nodes run.",
  {
    numNodes: int("Number of nodes, of which one is the main node.", 1, 1000),
    mainNode: int("Number of the main node; the job ends with it.", 0, 999),
    nodeRangeProperties: mapList(
      "Nodes by range; together they must cover all nodes.",
      ["targetNodes"],
      nodeRange,
      5,
      1,
    ),
  },
  ...nodePropertiesRules,
);
