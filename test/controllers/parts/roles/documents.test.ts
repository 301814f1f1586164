import { describe, expect, it } from "vitest";
import { documentFault, samePolicy } from "../../../../src/controllers/parts/roles/documents.ts";

type Statement = Readonly<Record<string, unknown>>;

const allow = (members: Statement): Statement => ({
  Effect: "Allow",
  Action: "s3:GetObject",
  Resource: "*",
  ...members,
});
const policy = (statement: unknown, members: Statement = {}): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statement, ...members });
const of = (members: Statement): string => policy([allow(members)]);
const trusts = (principal: unknown): string =>
  policy([{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }]);
const when = (condition: unknown): string => of({ Condition: condition });

const same: readonly [string, string, string][] = [
  ["white space", '{"Version":"2012-10-17","Statement":[]}', '{ "Version": "2012-10-17",\n "Statement": [] }'],
  ["the order of members", '{"Statement":[],"Version":"2012-10-17"}', '{"Version":"2012-10-17","Statement":[]}'],
  ["no version and the first one", '{"Statement":[]}', '{"Version":"2008-10-17","Statement":[]}'],
  ["one statement and a list of it", policy(allow({})), policy([allow({})])],
  [
    "the order of statements",
    policy([allow({}), allow({ Effect: "Deny" })]),
    policy([allow({ Effect: "Deny" }), allow({})]),
  ],
  ["a statement said twice", policy([allow({}), allow({})]), policy([allow({})])],
  ["one action and a list of it", of({ Action: "s3:GetObject" }), of({ Action: ["s3:GetObject"] })],
  [
    "the order of actions",
    of({ Action: ["s3:GetObject", "s3:PutObject"] }),
    of({ Action: ["s3:PutObject", "s3:GetObject"] }),
  ],
  ["the case of an action", of({ Action: "S3:getobject" }), of({ Action: "s3:GetObject" })],
  ["the case of a wildcard action", of({ Action: "s3:get*" }), of({ Action: "s3:Get*" })],
  [
    "the case of a NotAction",
    of({ Action: undefined, NotAction: "IAM:*" }),
    of({ Action: undefined, NotAction: ["iam:*"] }),
  ],
  ["an action said twice", of({ Action: ["s3:GetObject", "s3:getObject"] }), of({ Action: "s3:GetObject" })],
  ["one resource and a list of it", of({ Resource: "*" }), of({ Resource: ["*"] })],
  ["the order of resources", of({ Resource: ["a", "b"] }), of({ Resource: ["b", "a"] })],
  ["the order of NotResources", of({ NotResource: ["a", "b"] }), of({ NotResource: ["b", "a"] })],
  [
    "a service and a list of it",
    trusts({ Service: "batch.amazonaws.com" }),
    trusts({ Service: ["batch.amazonaws.com"] }),
  ],
  [
    "the order of services",
    trusts({ Service: ["a.amazonaws.com", "b.amazonaws.com"] }),
    trusts({ Service: ["b.amazonaws.com", "a.amazonaws.com"] }),
  ],
  ["everybody in two ways", trusts("*"), trusts({ AWS: "*" })],
  ["an account and its root", trusts({ AWS: "123456789012" }), trusts({ AWS: "arn:aws:iam::123456789012:root" })],
  [
    "an account and its root in China",
    trusts({ AWS: ["123456789012"] }),
    trusts({ AWS: "arn:aws-cn:iam::123456789012:root" }),
  ],
  ["no condition and an empty one", of({}), when({})],
  ["no condition and an empty operator", of({}), when({ StringEquals: {} })],
  [
    "one condition value and a list of it",
    when({ StringEquals: { "aws:SourceAccount": "1" } }),
    when({ StringEquals: { "aws:SourceAccount": ["1"] } }),
  ],
  [
    "the order of condition values",
    when({ StringEquals: { k: ["a", "b"] } }),
    when({ StringEquals: { k: ["b", "a"] } }),
  ],
  [
    "the case of a condition key",
    when({ StringEquals: { "AWS:sourceaccount": "1" } }),
    when({ StringEquals: { "aws:SourceAccount": "1" } }),
  ],
  [
    "a truth as text",
    when({ Bool: { "aws:SecureTransport": true } }),
    when({ Bool: { "aws:SecureTransport": "true" } }),
  ],
  [
    "the case of a truth",
    when({ Bool: { "aws:SecureTransport": "True" } }),
    when({ Bool: { "aws:SecureTransport": "true" } }),
  ],
  [
    "the case of a null test",
    when({ Null: { "aws:TokenIssueTime": "TRUE" } }),
    when({ Null: { "aws:TokenIssueTime": "true" } }),
  ],
  [
    "the case of a truth that may be missing",
    when({ BoolIfExists: { k: "False" } }),
    when({ BoolIfExists: { k: false } }),
  ],
  ["a number as text", when({ NumericLessThan: { k: 10 } }), when({ NumericLessThan: { k: "10" } })],
  ["text that is not JSON, letter by letter", "no policy", "no policy"],
];

const different: readonly [string, string, string][] = [
  ["another version", policy([]), policy([], { Version: "2008-10-17" })],
  ["another effect", of({}), of({ Effect: "Deny" })],
  ["another action", of({}), of({ Action: "s3:PutObject" })],
  ["one action more", of({}), of({ Action: ["s3:GetObject", "s3:PutObject"] })],
  ["one statement more", policy([allow({})]), policy([allow({}), allow({ Action: "s3:PutObject" })])],
  ["an action and a NotAction", of({ Action: "iam:*" }), of({ Action: undefined, NotAction: "iam:*" })],
  ["another resource", of({ Resource: "arn:aws:s3:::a/*" }), of({ Resource: "arn:aws:s3:::b/*" })],
  ["the case of a resource", of({ Resource: "arn:aws:s3:::a/B" }), of({ Resource: "arn:aws:s3:::a/b" })],
  ["a resource and a NotResource", of({ Resource: "a" }), of({ Resource: undefined, NotResource: "a" })],
  ["another service", trusts({ Service: "ec2.amazonaws.com" }), trusts({ Service: "batch.amazonaws.com" })],
  [
    "one service more",
    trusts({ Service: "ec2.amazonaws.com" }),
    trusts({ Service: ["ec2.amazonaws.com", "batch.amazonaws.com"] }),
  ],
  ["another kind of principal", trusts({ Service: "x" }), trusts({ Federated: "x" })],
  ["another account", trusts({ AWS: "123456789012" }), trusts({ AWS: "210987654321" })],
  [
    "an account and a role in it",
    trusts({ AWS: "123456789012" }),
    trusts({ AWS: "arn:aws:iam::123456789012:role/root" }),
  ],
  ["a service and everybody", trusts({ Service: "ec2.amazonaws.com" }), trusts("*")],
  ["a condition", of({}), when({ StringEquals: { "aws:SourceAccount": "1" } })],
  ["another condition value", when({ StringEquals: { k: "a" } }), when({ StringEquals: { k: "b" } })],
  ["the case of a condition value", when({ StringEquals: { k: "A" } }), when({ StringEquals: { k: "a" } })],
  ["another operator", when({ StringEquals: { k: "a" } }), when({ StringLike: { k: "a" } })],
  [
    "another condition key",
    when({ StringEquals: { "aws:SourceAccount": "1" } }),
    when({ StringEquals: { "aws:SourceArn": "1" } }),
  ],
  [
    "the case of a tag in a condition key",
    when({ StringEquals: { "aws:ResourceTag/Team": "1" } }),
    when({ StringEquals: { "aws:ResourceTag/team": "1" } }),
  ],
  ["another Sid, which people read", of({ Sid: "One" }), of({ Sid: "Two" })],
  ["a similar letter in an action", of({ Action: "s3:GetObject" }), of({ Action: "s3:GetОbject" })],
  ["JSON and other text", policy([]), "no policy"],
  ["two texts that are not JSON", "no policy", "no policy at all"],
];

describe("policy documents", () => {
  it.each(same)("mean the same with %s", (_what, left, right) => {
    expect([samePolicy(left, right), samePolicy(right, left)]).toEqual([true, true]);
  });

  it.each(different)("mean something else with %s", (_what, left, right) => {
    expect([samePolicy(left, right), samePolicy(right, left)]).toEqual([false, false]);
  });

  it.each([...Object.getOwnPropertyNames(Object.prototype), "then"])("are compared with a member %s", (member) => {
    const with1 = policy([allow({})]).replace('"Effect"', `"${member}":"1","Effect"`);
    const with2 = policy([allow({})]).replace('"Effect"', `"${member}":"2","Effect"`);
    expect([samePolicy(with1, `${with1} `), samePolicy(with1, with2), samePolicy(with1, of({}))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("are compared and judged however deep they are nested", () => {
    const deep = (inner: string): string => of({}).replace('"*"', `${"[".repeat(5000)}${inner}${"]".repeat(5000)}`);
    expect(samePolicy(deep("1"), deep("2"))).toBe(false);
    expect(samePolicy(deep("1"), of({}))).toBe(false);
    expect(samePolicy(of({}), deep("1"))).toBe(false);
    expect(documentFault(deep("1"))).toBe("it is nested too deeply");
  });

  it.each([
    ["", "it is not JSON"],
    ["[]", "it is not a JSON object"],
    ["{}", "it has no Statement"],
    ['{"Statement":[]}', undefined],
  ])("%j: %s", (text, fault) => {
    expect(documentFault(text)).toBe(fault);
  });
});
