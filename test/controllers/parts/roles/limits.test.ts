import { describe, expect, it } from "vitest";
import type { NamespaceAnnotations } from "../../../../src/controllers/ownership/limits.ts";
import { desiredRolesOf } from "../../../../src/controllers/parts/roles/desired.ts";
import {
  defaultRoleLimits,
  limitsOf,
  type NamedRole,
  type RoleLimits,
  refusalOf,
} from "../../../../src/controllers/parts/roles/limits.ts";
import { roleName } from "../../../../src/controllers/parts/roles/names.ts";
import { identity, place } from "./given.ts";

type Flags = Partial<RoleLimits> & { readonly namespaceAnnotations?: NamespaceAnnotations };
type Annotations = Readonly<Record<string, string>>;

/** The message of the refusal, or undefined. */
function refusal(
  iam: object,
  named: readonly NamedRole[],
  { namespaceAnnotations = "replace", ...flags }: Flags = {},
  annotations: Annotations = {},
) {
  const limits = limitsOf({ ...defaultRoleLimits, ...flags }, annotations, namespaceAnnotations);
  const desiredRoles = desiredRolesOf(iam, identity, place, limits.boundary?.arn);
  return refusalOf(desiredRoles, named, limits, place)?.message;
}

const readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
const boundary = "arn:aws:iam::123456789012:policy/boundary";
const jobRole = (value: string): NamedRole => ({ field: "spec.containerProperties.jobRoleArn", kind: "role", value });
const asking = (...policyArns: string[]) => ({ jobRole: { policyArns } });

describe("what a namespace may use", () => {
  it.each<[string, object, NamedRole[], Partial<RoleLimits>, Annotations]>([
    ["a role with only what it needs", { serviceRole: {}, instanceRole: {} }, [], {}, {}],
    ["a policy that only reads images", asking(readOnly), [], {}, {}],
    ["the same in another partition", asking(readOnly.replace("aws:", "aws-cn:")), [], {}, {}],
    ["any role of one's own, when nobody limits roles", {}, [jobRole("arn:aws:iam::123456789012:role/x")], {}, {}],
    ["a policy that the flag names", asking(admin), [], { allowedPolicyArns: ["arn:aws:iam::aws:policy/Admin*"] }, {}],
    ["a policy that the namespace names", asking(admin), [], {}, { "awsbatch.dev/allowed-policy-arns": `x, ${admin}` }],
    [
      "a role that the flag names",
      {},
      [jobRole("arn:aws:iam::123456789012:role/team/x")],
      { allowedRoleArns: ["arn:aws:iam::123456789012:role/team/*"] },
      {},
    ],
    ["a role by its name alone", {}, [jobRole("x")], { allowedRoleArns: ["arn:aws:iam::123456789012:role/x"] }, {}],
    [
      "the service-linked role, which is the default",
      {},
      [jobRole("arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch")],
      { allowedRoleArns: [] },
      {},
    ],
    [
      "inline policies where the flag allows them",
      { jobRole: { inlinePolicies: { p: "{}" } } },
      [],
      { allowInlinePolicies: true },
      {},
    ],
    [
      "inline policies where the namespace allows them",
      { jobRole: { inlinePolicies: { p: "{}" } } },
      [],
      {},
      { "awsbatch.dev/allow-inline-policies": "true" },
    ],
    [
      "the required boundary, also when the spec names it",
      { jobRole: { permissionsBoundary: boundary } },
      [],
      { permissionsBoundary: boundary },
      {},
    ],
    ["a boundary of one's own, when none is required", { jobRole: { permissionsBoundary: boundary } }, [], {}, {}],
  ])("is %s", (_what, iam, named, flags, annotations) => {
    expect(refusal(iam, named, flags, annotations)).toBeUndefined();
  });

  it("is in its annotations instead of the flags, and is nothing when they are empty", () => {
    const flags = { allowedPolicyArns: ["*"], allowedRoleArns: ["*"], allowInlinePolicies: true };
    const none = (annotation: string) => ({ [`awsbatch.dev/${annotation}`]: "" });
    expect(refusal(asking(readOnly), [], flags, none("allowed-policy-arns"))).toContain(
      "allowed-policy-arns of the namespace: none",
    );
    expect(refusal({}, [jobRole("x")], flags, none("allowed-role-arns"))).toContain(
      "allowed-role-arns of the namespace: none",
    );
    const inline = { jobRole: { inlinePolicies: { p: "{}" } } };
    expect(refusal(inline, [], flags, none("allow-inline-policies"))).toContain(
      "allow-inline-policies of the namespace",
    );
    const tagged = { jobRole: { tags: { team: "a" } } };
    expect(refusal(tagged, [], { ...flags, allowedRoleTagKeys: ["*"] }, none("allowed-role-tag-keys"))).toContain(
      "allowed-role-tag-keys of the namespace: none",
    );
    expect(refusal({ jobRole: {} }, [], flags, none("permissions-boundary"))).toContain("not the ARN of a policy");
  });

  it("is with namespaceAnnotations: narrow what flags and annotations both have", () => {
    const flags = {
      namespaceAnnotations: "narrow",
      allowedPolicyArns: [readOnly, boundary],
      allowedRoleTagKeys: ["team", "cost"],
      allowedRoleArns: ["arn:aws:iam::123456789012:role/team/*"],
    } as const;
    const annotations = {
      "awsbatch.dev/allowed-policy-arns": `${readOnly},${admin}`,
      "awsbatch.dev/allowed-role-arns": "*/x",
      "awsbatch.dev/allowed-role-tag-keys": "team,admin",
      "awsbatch.dev/allow-inline-policies": "true",
    };
    const tagged = (key: string) => ({ jobRole: { tags: { [key]: "a" } } });
    const arn = (name: string) => [jobRole(`arn:aws:iam::123456789012:role/${name}`)];
    expect(refusal(asking(readOnly), arn("team/x"), flags, annotations)).toBeUndefined();
    expect(refusal(tagged("team"), [], flags, annotations)).toBeUndefined();
    expect(refusal(asking(admin), [], flags, annotations)).toContain("(--allowed-policy-arns: ");
    expect(refusal(asking(boundary), [], flags, annotations)).toContain("(annotation awsbatch.dev/allowed-policy-arns");
    expect(refusal({}, arn("other/x"), flags, annotations)).toContain("(--allowed-role-arns: ");
    expect(refusal({}, arn("team/y"), flags, annotations)).toContain("(annotation awsbatch.dev/allowed-role-arns");
    expect(refusal(tagged("admin"), [], flags, annotations)).toContain("(--allowed-role-tag-keys: ");
    expect(refusal(tagged("cost"), [], flags, annotations)).toContain("(annotation awsbatch.dev/allowed-role-tag-keys");
    expect(refusal({ jobRole: { inlinePolicies: { p: "{}" } } }, [], flags, annotations)).toContain(
      "(--allow-inline-policies)",
    );
  });
});

const team = { allowedRoleArns: ["arn:aws:iam::123456789012:role/team/*"] };
const teamPolicies = { allowedPolicyArns: ["arn:aws:iam::123456789012:policy/team/*"] };

/** docs/attacks.md describes them. */
const attacks: readonly [string, object, NamedRole[], Partial<RoleLimits>][] = [
  ["a role of somebody else by ARN", {}, [jobRole("arn:aws:iam::123456789012:role/admin")], team],
  ["a role of somebody else by name", {}, [jobRole("admin")], team],
  ["a role of another account", {}, [jobRole("arn:aws:iam::210987654321:role/team/x")], team],
  ["AWS's administrator policy", asking(admin), [], {}],
  [
    "the policy of the service role, which may start instances under any role",
    asking("arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole"),
    [],
    {},
  ],
  [
    "a policy of an account, when only AWS's are allowed",
    asking("arn:aws:iam::123456789012:policy/AmazonEC2ContainerRegistryReadOnly"),
    [],
    {},
  ],
  ["an allowed policy, and behind it another", asking(readOnly, admin), [], {}],
  [
    "an inline policy",
    { jobRole: { inlinePolicies: { p: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' } } },
    [],
    {},
  ],
  [
    "a boundary that bounds nothing",
    { jobRole: { permissionsBoundary: admin } },
    [],
    { permissionsBoundary: boundary },
  ],
  [
    "a role that the operator made for another namespace",
    {},
    [jobRole("arn:aws:iam::123456789012:role/aws-batch-operator/default/other_readers_0a1b2c3d")],
    {},
  ],
  [
    "the same where every role is allowed",
    {},
    [jobRole("arn:aws:iam::123456789012:role/aws-batch-operator/default/other_readers_0a1b2c3d")],
    { allowedRoleArns: ["*"] },
  ],
  [
    "the same in other letters",
    {},
    [jobRole("arn:aws:iam::123456789012:role/AWS-Batch-Operator/default/other_readers_0a1b2c3d")],
    {},
  ],
  [
    "the profile of another namespace by its short name, which can be computed",
    {},
    [{ field: "spec.computeResources.instanceRole", kind: "instance-profile", value: "prod_gpu_instance_d6046bb9" }],
    {},
  ],
  ...[53, 54, 55, 63].map((length): (typeof attacks)[number] => [
    `the profile of another namespace of ${length} characters by its short name`,
    {},
    [
      {
        field: "spec.computeResources.instanceRole",
        kind: "instance-profile",
        value: roleName("default", "n".repeat(length), { kind: "object", name: "gpu", purpose: "instance" }),
      },
    ],
    {},
  ]),
  ["a shared role of another namespace by its short name", {}, [jobRole("PROD_readers_0a1b2c3d")], {}],
  ["a path that leads out of the allowed one", {}, [jobRole("arn:aws:iam::123456789012:role/team/../admin")], team],
  ["a path with a dot in it", {}, [jobRole("arn:aws:iam::123456789012:role/team/./../admin")], team],
  ["an empty part of a path", {}, [jobRole("arn:aws:iam::123456789012:role/team//admin")], team],
  ["a name that is a path", {}, [jobRole("team/../admin")], team],
  ["a policy by a path that leads out", asking("arn:aws:iam::123456789012:policy/team/../admin"), [], teamPolicies],
  ["two ARNs in one text", asking(`arn:aws:iam::123456789012:policy/team/x,${admin}`), [], teamPolicies],
  [
    "an ARN with a line break",
    {},
    [jobRole("arn:aws:iam::123456789012:role/team/x\narn:aws:iam::123456789012:role/admin")],
    team,
  ],
  ["a similar letter in the path", {}, [jobRole("arn:aws:iam::123456789012:role/tеam/admin")], team],
  ["a similar letter in the name", {}, [jobRole("arn:aws:iam::123456789012:role/team/аdmin")], team],
  [
    "a similar letter in the ARN of AWS's own policies",
    asking("arn:aws:iam::аws:policy/AmazonEC2ContainerRegistryReadOnly"),
    [],
    {},
  ],
  ["an instance profile in place of a role", {}, [jobRole("arn:aws:iam::123456789012:instance-profile/admin")], team],
  ["an ARN in other letters", {}, [jobRole("arn:aws:iam::123456789012:role/TEAM/admin")], team],
  ["an ARN that only begins so", {}, [jobRole("arn:aws:sts::123456789012:assumed-role/team/x")], team],
  ["a parameter that the job fills in", {}, [jobRole("Ref::role")], team],
  ["a tag that may grant permissions", { jobRole: { tags: { "aws-access": "admin" } } }, [], {}],
  ["an allowed tag in another case", { jobRole: { tags: { TEAM: "a" } } }, [], { allowedRoleTagKeys: ["team"] }],
  ...[
    "x ",
    " x",
    "x\u200b",
    "x\\",
    "x\n",
    "",
    "team/../x",
    "Ref::role",
    "arn:aws:iam::123456789012:role/x ",
    "arn:aws:iam::123456789012:role/x\u202e",
    "arn:aws:sts::123456789012:assumed-role/x/y",
    `${roleName("default", "prod", { kind: "shared", name: "readers" })} `,
    `${roleName("default", "prod", { kind: "shared", name: "readers" })}\u200b`,
    `\\${roleName("default", "prod", { kind: "shared", name: "readers" })}`,
  ].map((value): (typeof attacks)[number] => [
    `${JSON.stringify(value)}, when every role is allowed`,
    {},
    [jobRole(value)],
    {},
  ]),
  [
    "a role of another namespace by its ARN without the path",
    {},
    [jobRole(`arn:aws:iam::123456789012:role/${roleName("default", "prod", { kind: "shared", name: "readers" })}`)],
    {},
  ],
];

describe("attacks by users that may change the annotations of their namespace", () => {
  it.each(["replace", "narrow"] as const)("lift no boundary that the flag requires: %s", (namespaceAnnotations) => {
    const flags = { permissionsBoundary: boundary, namespaceAnnotations };
    const own = { "awsbatch.dev/permissions-boundary": admin };
    expect(refusal({ jobRole: { permissionsBoundary: admin } }, [], flags, own)).toContain(
      `must have the boundary ${boundary} (--permissions-boundary)`,
    );
    expect(refusal({ jobRole: {} }, [], flags, own)).toBeUndefined();
    expect(refusal({ jobRole: {} }, [], flags, { "awsbatch.dev/permissions-boundary": "" })).toBeUndefined();
  });

  it("get nothing from annotations that can only narrow: a role with every permission stays refused", () => {
    const flags = { namespaceAnnotations: "narrow" } as const;
    const own = {
      "awsbatch.dev/allowed-policy-arns": "*",
      "awsbatch.dev/allow-inline-policies": "true",
      "awsbatch.dev/allowed-role-tag-keys": "*",
    };
    const inline = { jobRole: { inlinePolicies: { p: "{}" } } };
    expect(
      [asking(admin), inline, { jobRole: { tags: { a: "b" } } }].map((iam) => refusal(iam, [], flags, own)),
    ).toEqual([
      expect.stringContaining("(--allowed-policy-arns: "),
      expect.stringContaining("(--allow-inline-policies)"),
      expect.stringContaining("(--allowed-role-tag-keys: none)"),
    ]);
  });
});

describe("attacks by users that may write objects in a namespace", () => {
  it.each(attacks)("%s: refused", (_what, iam, named, flags) => {
    expect(refusal(iam, named, flags)).toMatch(
      /^spec\..*(not allowed|cannot name those|must have the boundary|not the name or ARN)/s,
    );
  });
});
