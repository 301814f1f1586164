import { describe, expect, it } from "vitest";
import { rolesNamedBy } from "../../src/aws/revision-roles.ts";

const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const container = { image: "busybox", jobRoleArn: arn("job"), executionRoleArn: arn("execution") };
const ecsProperties = {
  taskProperties: [
    { containers: [], taskRoleArn: arn("task"), executionRoleArn: arn("execution") },
    { containers: [] },
  ],
};

describe("the roles that a revision names", () => {
  it.each([
    ["of a container", { containerProperties: container }, ["job", "execution"]],
    ["of ECS tasks", { ecsProperties }, ["task", "execution"]],
    [
      "of node ranges, each role once",
      {
        nodeProperties: {
          numNodes: 2,
          mainNode: 0,
          nodeRangeProperties: [
            { targetNodes: "0", container },
            { targetNodes: "1", ecsProperties },
          ],
        },
      },
      ["job", "execution", "task"],
    ],
    ["of a container that names none", { containerProperties: { image: "busybox" } }, []],
    ["of a pod, which has a service account instead", {}, []],
  ])("are those %s", (_what, body, names) => {
    expect(rolesNamedBy(body)).toEqual(names.map(arn));
  });
});
