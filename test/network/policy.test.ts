import { describe, expect, it } from "vitest";
import { allowance, trusts } from "../../src/network/policy.ts";

const everything = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
const ask = [{ action: "ecs:Poll" }];

function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

describe("what a policy allows", () => {
  it.each([
    ["everything", policy(everything)],
    ["a single statement that is not a list", JSON.stringify({ Statement: everything })],
    ["the service", policy({ ...everything, Action: ["logs:*", "ecs:*"] })],
    ["the action in other letters", policy({ ...everything, Action: "ECS:po?l" })],
    ["everything but others", policy({ ...everything, Action: undefined, NotAction: "s3:*" })],
    ["any AWS account", policy({ ...everything, Principal: { AWS: "*" } })],
    ["everything, and denies something else", policy(everything, { ...everything, Effect: "Deny", Action: "s3:*" })],
  ])("%s", (_name, document) => {
    expect(allowance([document], ask)).toEqual({ kind: "allowed" });
  });

  it.each([
    ["nothing", policy()],
    ["another service", policy({ ...everything, Action: "ecr:*" })],
    ["everything, and denies it", policy(everything, { ...everything, Effect: "Deny" })],
    ["everything but this", policy({ ...everything, Action: undefined, NotAction: ["ecs:*"] })],
    ["text that is not a policy", "not JSON"],
    ["a number", "5"],
  ])("%s denies", (_name, document) => {
    expect(allowance([document], ask)).toEqual({ kind: "denied", actions: ["ecs:Poll"] });
  });

  it.each([
    ["a condition", policy({ ...everything, Condition: { StringEquals: { "aws:PrincipalAccount": "1" } } })],
    ["one principal", policy({ ...everything, Principal: { AWS: "arn:aws:iam::1:root" } })],
    ["some resources", policy({ ...everything, Resource: "arn:aws:ecs:*:1:cluster/*" })],
    ["a denial with a condition", policy(everything, { ...everything, Effect: "Deny", Condition: { Bool: {} } })],
  ])("%s decides, which cannot be seen", (_name, document) => {
    expect(allowance([document], ask)).toEqual({ kind: "dependent" });
  });

  it("a bucket of the user's own is not the bucket of the image layers", () => {
    const layers = { action: "s3:GetObject", resource: "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/layer" };
    const own = policy({ ...everything, Resource: ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"] });
    const both = policy({ ...everything, Resource: "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*" });
    expect(allowance([own], [layers])).toEqual({ kind: "denied", actions: ["s3:GetObject"] });
    expect(allowance([own, both], [layers])).toEqual({ kind: "allowed" });
  });

  it("a role is taken by the services that its trust policy names", () => {
    const trust = policy({ Effect: "Allow", Principal: { Service: ["ec2.amazonaws.com"] }, Action: "sts:AssumeRole" });
    expect(trusts(trust, "ec2.amazonaws.com")).toBe(true);
    expect(trusts(trust, "ecs-tasks.amazonaws.com")).toBe(false);
    expect(trusts(policy({ ...everything, Effect: "Deny" }), "ec2.amazonaws.com")).toBe(false);
  });
});
