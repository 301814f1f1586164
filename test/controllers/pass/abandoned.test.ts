import { describe, expect, it } from "vitest";
import { leftInAws } from "../../../src/controllers/pass/abandoned.ts";
import { object } from "../kinds/compute-environment/given.ts";

const left = (status: object | undefined, annotations: Readonly<Record<string, string>> = {}): string => {
  const { metadata, ...given } = object();
  return leftInAws({ ...given, status: status as never, metadata: { ...metadata, annotations } });
};

// Nobody comes back to it: who lets an object go has to know all that he is to remove himself.
describe("what an abandoned object leaves in AWS", () => {
  it("is all that its status and its notes name", () => {
    const status = {
      arn: "arn:ce-2",
      predecessors: [{ name: "team_ce-0" }, { name: "team_ce-1" }],
    };
    const notes = {
      "awsbatch.dev/roles": "team_ce_service,team_ce_instance",
    };
    expect(left(status, notes)).toBe(
      "arn:ce-2; predecessors team_ce-0, team_ce-1; roles team_ce_service, team_ce_instance",
    );
  });

  it("is the group of a network, and those of the endpoints in its VPC that it made", () => {
    const { namespace, name } = object().metadata;
    const endpoints = [
      { endpointId: "vpce-1", owner: `${namespace}/${name}` },
      { endpointId: "vpce-2", owner: "other/net" },
      { endpointId: "vpce-3" },
    ];
    expect(left({ vpcId: "vpc-1", securityGroup: { groupId: "sg-1", vpcId: "vpc-1" }, endpoints })).toBe(
      "whatever vpc-1 holds for it; security group sg-1; endpoints vpce-1",
    );
  });

  it("comes from the annotations where status is lost", () => {
    expect(left(undefined, { "awsbatch.dev/roles": "team_ce_service" })).toBe(
      "whatever AWS holds for it; roles team_ce_service",
    );
  });

  it("is the resource itself where nothing else was created", () => {
    expect(left({ arn: "arn:q" })).toBe("arn:q");
  });
});
