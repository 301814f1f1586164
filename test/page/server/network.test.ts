import { expect, test } from "vitest";
import type { ServiceNeed } from "../../../src/network/needs.ts";
import type { Preflight } from "../../../src/network/preflight.ts";
import type { Hop, Stop } from "../../../src/network/verdict.ts";
import { networkPicture } from "../../../src/page/server/network.ts";

const need = (service: ServiceNeed["service"]) =>
  ({ service, host: service, neededBy: "environment" }) as unknown as ServiceNeed;
const subnet: Hop = { kind: "subnet", id: "subnet-1", detail: "10.0.0.0/24" };
const table: Hop = { kind: "routeTable", id: "rtb-1", detail: "no route" };
const stop = {
  cause: "NoRoute",
  message: "rtb-1 has no route",
  objects: ["rtb-1"],
  remedies: [],
  wayOut: true,
} satisfies Stop<"NoRoute">;

test("services with the same way share it, from the first hop after the subnet to where it ends", () => {
  const unreachable = { kind: "unreachable" as const, hops: [subnet, table], stop };
  const reachable = { kind: "reachable" as const, hops: [subnet], assumed: ["DNS works"] };
  const found: Preflight = {
    state: "Unreachable",
    subnets: [
      {
        subnetId: "subnet-1",
        zone: "eu-west-1a",
        state: "Unreachable",
        paths: [
          { need: need("ecs"), verdict: unreachable },
          { need: need("s3"), verdict: reachable },
          { need: need("ecs-agent"), verdict: unreachable },
        ],
      },
    ],
    findings: [
      {
        state: "Unreachable",
        cause: "NoRoute",
        message: "rtb-1 has no route",
        neededBy: "environment",
        subnetIds: ["subnet-1"],
        needs: [need("ecs"), need("ecs")],
        objects: ["rtb-1"],
        remedies: [{ kind: "useSubnets", subnetIds: ["subnet-2"] }],
      },
      {
        state: "Unknown",
        cause: "NoRoute",
        message: "routes cannot be read",
        neededBy: "jobs",
        subnetIds: ["subnet-3"],
        needs: [need("s3"), need("logs")],
        objects: [],
        remedies: [],
      },
    ],
  };
  const picture = networkPicture(found);
  expect(picture.subnets[0]?.ways).toEqual([
    {
      services: ["ecs", "ecs-agent"],
      hops: [table],
      end: { kind: "stopped", cause: "NoRoute", message: "rtb-1 has no route" },
    },
    { services: ["s3"], hops: [], end: { kind: "reached", assumed: ["DNS works"] } },
  ]);
  expect(picture.findings).toEqual([
    {
      state: "Unreachable",
      cause: "NoRoute",
      message: "rtb-1 has no route",
      prevents: "instances from joining",
      subnetIds: ["subnet-1"],
      services: ["ecs"],
      fixes: [expect.stringContaining("subnet-2")],
    },
    {
      state: "Unknown",
      cause: "NoRoute",
      message: "routes cannot be read",
      prevents: "some jobs from running",
      subnetIds: ["subnet-3"],
      services: ["s3", "logs"],
      fixes: [],
    },
  ]);
});
