import { expect, test } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import type { IamApi } from "../../../src/aws/iam.ts";
import { guardedIam } from "../../../src/aws/iam-calls.ts";
import type { NamedRole } from "../../../src/controllers/parts/roles/limits.ts";
import { readRoles } from "../../../src/tools/import/role-reading.ts";
import { readOnlyGuard } from "../../../src/tools/read-only.ts";
import { account, trustOf } from "../../simulator/account.ts";

const arn = "arn:aws:iam::123456789012";
const named = (kind: NamedRole["kind"], value: string): NamedRole => ({ field: "", kind, value });

async function given() {
  const { aws, clock } = account();
  const { iam } = aws.outside;
  for (const name of ["a", "b"])
    await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: trustOf("ecs-tasks.amazonaws.com") });
  for (const name of ["p", "empty"]) await iam.createInstanceProfile({ InstanceProfileName: name });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: "p", RoleName: "b" });
  await clock.advance(60_000);
  const api = guardedIam(aws.iam, readOnlyGuard({ clock, requestsPerSecond: 1000, why: "import only reads" }));
  return { aws, api };
}

async function read(api: IamApi, all: readonly NamedRole[], signal = new AbortController().signal) {
  const roles = await readRoles(all, api, signal);
  return Object.fromEntries([...roles].map(([key, one]) => [key, "role" in one ? one.role.name : one.why]));
}

test("roles are read by name or ARN, of an instance profile the one in it, each once", async () => {
  const { aws, api } = await given();
  const before = aws.log.length;
  expect(
    await read(api, [
      named("role", "a"),
      named("role", `${arn}:role/path/a`),
      named("instance-profile", "p"),
      named("instance-profile", "empty"),
      named("instance-profile", "gone"),
      named("instance-profile", `${arn}:role/b`),
      named("role", `${arn}:role/gone`),
    ]),
  ).toEqual({
    "role/a": "a",
    "instance-profile/p": "b",
    "instance-profile/empty": "the instance profile has no role",
    "instance-profile/gone": "IAM has no such instance profile",
    "role/b": "b",
    "role/gone": "IAM has no such role",
  });
  expect(aws.log.slice(before).filter(({ operation }) => operation === "GetRole")).toHaveLength(4);
});

test("a role that may not be read says so, and an end of the command ends the reading", async () => {
  const { api } = await given();
  const denied = new AwsError("denied", "iam:GetRole", "AccessDenied", "not authorized");
  const refusing = { ...api, getRole: () => Promise.reject(denied) };
  expect(await read(refusing, [named("role", "a")])).toEqual({
    "role/a": "it cannot be read (iam:GetRole): not authorized",
  });
  await expect(read(refusing, [named("role", "a")], AbortSignal.abort())).rejects.toBe(denied);
});
