import { describe, expect, it } from "vitest";
import type { RolesAction } from "../../../../src/controllers/parts/roles/action.ts";
import { rolesEvents, rolesFailure, rolesReport } from "../../../../src/controllers/parts/roles/report.ts";
import type { Failure } from "../../../../src/controllers/pass/agenda.ts";
import { desired, inIam, seenRoles } from "./given.ts";

const both = { serviceRole: {}, instanceRole: {} };
const creating: RolesAction = { kind: "writeRole", name: "team_ce", doing: "create", writes: [] };
const refused = (kind: string, message: string, operation = "iam:CreateRole"): Failure => {
  return { kind, operation, message, advice: "" };
};
const denied =
  "User: arn:aws:sts::123456789012:assumed-role/o/x is not authorized to perform: iam:PassRole on resource: r";

describe("status.roles", () => {
  it("lists the roles that exist", () => {
    const seen = seenRoles(both);
    const { name, arn } = desired({ instanceRole: {} });
    const iam = inIam(seen.desiredRoles, { service: null });
    expect(rolesReport({ ...seen, iam })).toEqual({ roles: [{ purpose: "instance", name, arn }] });
  });

  it("is left out when there is none, or IAM was not read", () => {
    expect(rolesReport(seenRoles(both, { iam: inIam([]) }))).toEqual({});
    expect(rolesReport(seenRoles(both, { iam: { kind: "unneeded" } }))).toEqual({});
  });
});

describe("a refused write is reported with", () => {
  const reported = (failure: Failure, action: { readonly kind: string } = creating, iam: object = both) =>
    rolesFailure(action, failure, seenRoles(iam)).map(({ reason, message }) => `${reason}: ${message}`);

  it("the role, the call, and the very action that AWS names", () => {
    expect(reported(refused("denied", `${denied}.`))).toEqual([
      `AccessDenied: iam:CreateRole for role team_ce was refused: ${denied}. The operator lacks iam:PassRole; iam-policy prints the policy that it needs`,
    ]);
  });

  it("the call, where AWS names no action", () => {
    expect(reported(refused("denied", "no"))).toEqual([expect.stringContaining("The operator lacks iam:CreateRole;")]);
  });

  it("a hint that AWS has encoded the reason", () => {
    const encoded = "You are not authorized. Encoded authorization failure message: (left out)";
    expect(reported(refused("denied", encoded))).toEqual([
      expect.stringMatching(/AWS has encoded the reason: .*DecodeAuthorizationMessage/),
    ]);
  });

  it.each([
    ["quota", "QuotaExceeded"],
    ["invalid", "InvalidRequest"],
    ["throttled", "Throttled"],
    ["unavailable", "AWSUnavailable"],
    ["alreadyExists", "Refused"],
  ])("the reason for %s", (kind, reason) => {
    expect(reported(refused(kind, "words"))).toEqual([`${reason}: iam:CreateRole for role team_ce was refused: words`]);
  });

  it("the role that the operator could not pass to AWS Batch, where the operator creates roles", () => {
    const passing = refused("denied", denied, "batch:CreateComputeEnvironment");
    expect(reported(passing, { kind: "create" })).toEqual([
      expect.stringContaining("The operator lacks iam:PassRole;"),
    ]);
    expect(reported(passing, { kind: "create" }, {})).toEqual([]);
    expect(reported(refused("denied", "no"), { kind: "create" })).toEqual([]);
  });
});

describe("an action on roles", () => {
  it("is reported as an event, with the writes of a repair", () => {
    const name = "team_ce";
    const writes = [
      { kind: "attach", name, policyArn: "a" },
      { kind: "attach", name, policyArn: "b" },
      { kind: "putTrust", name, trust: "{}" },
    ] as const;
    expect(rolesEvents({ kind: "writeRole", name, doing: "repair", writes })).toEqual([
      {
        type: "Normal",
        reason: "RoleRepaired",
        action: "Reconcile",
        note: "role team_ce was changed to match the spec (attach, putTrust)",
      },
    ]);
    expect(rolesEvents(creating)).toMatchObject([{ reason: "RoleCreated", note: "role team_ce was created" }]);
  });

  it("causes no event when it only notes the requested roles", () => {
    expect(rolesEvents({ kind: "claimRoles", claims: [] })).toEqual([]);
  });
});
