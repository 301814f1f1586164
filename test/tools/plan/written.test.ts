import { expect, it } from "vitest";
import { changedFields, differing } from "../../../src/tools/plan/written.ts";
import { account } from "../../simulator/account.ts";

const token = `ghp_${"a1B2".repeat(9)}`;
const { aws } = account();

it.each([
  ["TagResource", { resourceArn: "arn:aws:batch:eu-west-1:123456789012:job-queue/q", tags: { team: "a", ci: token } }],
  [
    "TagRole",
    {
      RoleName: "r",
      Tags: [
        { Key: "team", Value: "a" },
        { Key: "ci", Value: token },
      ],
    },
  ],
  ["CreateJobQueue", { jobQueueName: "q", tags: { team: "a", ci: token } }],
])("the tags of %s are shown, but for one that is probably a secret", (operation, input) => {
  const fields = changedFields(operation, input, aws);
  expect(fields.filter(({ path }) => path.startsWith("tags."))).toEqual([
    { path: "tags.team", to: '"a"' },
    { path: "tags.ci", to: "(probably a secret, not shown)" },
  ]);
});

it("an order of environments is shown by their names, the first one first", () => {
  const arn = "arn:aws:batch:eu-west-1:123456789012:compute-environment";
  const computeEnvironmentOrder = [
    { order: 2, computeEnvironment: `${arn}/team_on-demand-a1b2c3d4` },
    { order: 1, computeEnvironment: "team_spot-a1b2c3d4" },
  ];
  const fields = changedFields("CreateJobQueue", { jobQueueName: "q", computeEnvironmentOrder }, aws);
  expect(fields).toEqual([{ path: "computeEnvironmentOrder", to: '["team_spot-a1b2c3d4","team_on-demand-a1b2c3d4"]' }]);
});

it("subnets and security groups in another order are the same, and instance types are not", () => {
  const lists = (...names: readonly string[]) => ({
    computeResources: { subnets: names, securityGroupIds: names, instanceTypes: names },
  });
  const written = changedFields("CreateComputeEnvironment", lists("b", "a"), aws);
  const paths = (existing: object) => differing(written, existing).map(({ path }) => path);
  expect(paths(lists("a", "b"))).toEqual(["computeResources.instanceTypes"]);
  expect(paths(lists("a"))).toEqual(
    ["subnets", "securityGroupIds", "instanceTypes"].map((name) => `computeResources.${name}`),
  );
});
