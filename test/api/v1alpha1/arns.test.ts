import { describe, expect, test } from "vitest";
import type { StructuralSchema } from "../../../src/api/crd.ts";
import { arnForms } from "../../../src/api/v1alpha1/arns.ts";
import { crds } from "../../../src/api/v1alpha1/crds.ts";

const account = "123456789012";

describe.each<[form: keyof typeof arnForms, accepted: readonly string[], refused: readonly string[]]>([
  [
    "role",
    [
      "ecsTaskExecutionRole",
      "team/ecsTaskExecutionRole",
      `arn:aws:iam::${account}:role/ecsTaskExecutionRole`,
      `arn:aws-cn:iam::${account}:role/ecsTaskExecutionRole`,
      `arn:aws-us-gov:iam::${account}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch`,
      `arn:aws:iam::${account}:role/team/a+b=c,d.e@f_g-h`,
    ],
    [
      `arn:aws:iam::${account}:instance-profile/ecsInstanceRole`,
      `arn:aws:iam::${account}:policy/ReadOnly`,
      "arn:aws:iam::12345678901:role/ecsTaskExecutionRole",
      "arn:aws:iam::1234567890123:role/ecsTaskExecutionRole",
      `arn:aws:iam:eu-central-1:${account}:role/ecsTaskExecutionRole`,
      `arn:aws:iam::${account}:role/`,
      `arn:gcp:iam::${account}:role/ecsTaskExecutionRole`,
      "my role",
      "",
    ],
  ],
  ["roleArn", [`arn:aws:iam::${account}:role/a/b`], ["b", `arn:aws:iam::${account}:instance-profile/b`]],
  [
    "instanceProfile",
    [
      "ecsInstanceRole",
      "team/ecsInstanceRole",
      `arn:aws-cn:iam::${account}:instance-profile/team/ecsInstanceRole`,
      `arn:aws:iam::${account}:role/ecsInstanceRole`,
    ],
    [`arn:aws:iam::${account}:user/bob`, `arn:aws:iam::${account}:root`, "arn:aws:iam::1234:role/ecsInstanceRole"],
  ],
  ["instanceProfileArn", [`arn:aws:iam::${account}:instance-profile/b`], ["b", `arn:aws:iam::${account}:role/b`]],
  [
    "jobQueue",
    [
      "main",
      `arn:aws:batch:eu-central-1:${account}:job-queue/main`,
      `arn:aws-cn:batch:cn-north-1:${account}:job-queue/m`,
    ],
    [
      `arn:aws:batch:eu-central-1:${account}:compute-environment/main`,
      `arn:aws:batch:europe:${account}:job-queue/main`,
      `arn:aws:batch::${account}:job-queue/main`,
      "arn:aws:batch:eu-central-1:12345678901:job-queue/main",
      "main queue",
    ],
  ],
  [
    "jobDefinition",
    ["app", "app:3", `arn:aws:batch:us-gov-west-1:${account}:job-definition/app:3`],
    ["app:", `arn:aws:batch:eu-central-1:${account}:job-queue/app`],
  ],
  [
    "schedulingPolicyArn",
    [`arn:aws:batch:eu-central-1:${account}:scheduling-policy/fair`],
    ["fair", `arn:aws:batch:eu-central-1:${account}:job-queue/fair`],
  ],
  [
    "eksClusterArn",
    [`arn:aws:eks:eu-central-1:${account}:cluster/a`],
    [`arn:aws:eks:eu-central-1:${account}:nodegroup/a`],
  ],
  [
    "anyArn",
    [`arn:aws:s3files:eu-central-1:${account}:file-system/fs-1`, "arn:aws:s3:::bucket"],
    ["arn:aws:s3files:eu-central-1:1234:file-system/fs-1", "arn:aws:s3files:europe::x", "fs-1"],
  ],
  [
    "secret",
    [
      `arn:aws:secretsmanager:eu-central-1:${account}:secret:db-AbCdEf:password::`,
      `arn:aws:ssm:eu-central-1:${account}:parameter/team/db`,
      "/team/db",
      "db:3",
    ],
    [`arn:aws:s3:eu-central-1:${account}:db`, "arn:aws:secretsmanager:eu-central-1:1234:secret:db", "a b"],
  ],
])("a field with the form %s", (name, accepted, refused) => {
  const { pattern } = arnForms[name];
  test.each(accepted)("takes %s", (value) => {
    expect(value).toMatch(pattern);
  });
  test.each(refused)("refuses '%s'", (value) => {
    expect(value).not.toMatch(pattern);
  });
});

test("every field of a spec that is described as an ARN has a form", () => {
  const strings = (schema: StructuralSchema, path: string): readonly (readonly [string, StructuralSchema])[] => [
    ...(schema.type === "string" ? [[path, schema] as const] : []),
    ...(schema.items === undefined ? [] : strings(schema.items, path)),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, child]) => strings(child, `${path}.${key}`)),
  ];
  const specs = crds.flatMap((crd) => {
    const { spec } = crd.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
    return spec === undefined ? [] : strings(spec, crd.spec.names.kind);
  });
  const named = specs.filter(([path, { description = "" }]) => path.endsWith("Arn") || /\bARN\b/.test(description));
  expect(named.length).toBeGreaterThan(20);
  const free = named.filter(([, { pattern }]) => pattern === undefined || !pattern.includes("arn:aws"));
  expect(free.map(([path]) => path)).toEqual([]);
});
