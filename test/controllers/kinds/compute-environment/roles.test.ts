import { expect, it } from "vitest";
import { environmentRoleUser } from "../../../../src/controllers/kinds/compute-environment/roles.ts";
import { isRoleOf, roleName } from "../../../../src/controllers/parts/roles/names.ts";
import { ec2, environment, identity, seen } from "./given.ts";

const own = roleName(identity.cluster.name, identity.namespace, {
  kind: "object",
  name: identity.name,
  purpose: "instance",
});
const made = `arn:aws:iam::123456789012:instance-profile/aws-batch-operator/default/${own}`;

it.each<[string, string, object, readonly string[]]>([
  ["of an environment of ours are used, as an operator made them", made, {}, [own]],
  ["that a person made are not the operator's to take away", "arn:aws:iam::123456789012:role/mine", {}, []],
  ["of an environment that is not ours are nobody's of ours", made, { tags: { "awsbatch.dev/cluster": "else" } }, []],
])("roles %s", (_name, serviceRole, other, used) => {
  const found = seen(ec2, { environments: [environment("ce-1", ec2, { serviceRole, ...other })] });
  expect(environmentRoleUser.used(found)).toEqual(used);
});

it("AWS complains of a role by the status of an environment of ours, and by words for roles only", () => {
  const reason = "CLIENT_ERROR - User is not authorized to perform: sts:AssumeRole";
  const doubted = (change: object): boolean | undefined =>
    environmentRoleUser.doubted?.(seen(ec2, { environments: [environment("ce-1", ec2, change)] }));
  expect(doubted({ status: "INVALID", statusReason: reason })).toBe(true);
  expect(doubted({ status: "VALID", statusReason: reason })).toBe(false);
  expect(doubted({ status: "INVALID", statusReason: "no such subnet" })).toBe(false);
  const tags = { "awsbatch.dev/cluster": "else" };
  expect(doubted({ status: "INVALID", statusReason: reason, tags })).toBe(false);
});

it("a role is recognized as an object's own by its name", () => {
  expect(isRoleOf(identity, own)).toBe(true);
  expect(isRoleOf({ ...identity, name: "else" }, own)).toBe(false);
  expect(isRoleOf(identity, roleName("default", "team", { kind: "shared", name: identity.name }))).toBe(false);
});
