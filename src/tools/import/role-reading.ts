import { AwsError } from "../../aws/errors.ts";
import type { IamApi } from "../../aws/iam.ts";
import { readProfile, readRole } from "../../aws/iam-reads.ts";
import type { NamedRole } from "../../controllers/parts/roles/limits.ts";
import { type ReadRole, roleKey, roleNameIn } from "./roles.ts";

/** Reads roles from IAM, one after the other: IAM counts its calls per account. */

/**
 * @returns by `roleKey`; one that cannot be read says why
 * @throws the signal's reason
 */
export async function readRoles(
  named: readonly NamedRole[],
  iam: IamApi,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadRole>> {
  const roles = new Map<string, ReadRole>();
  for (const one of named) {
    const key = roleKey(one);
    if (!roles.has(key))
      roles.set(key, await orWhy(readNamed(one.value, key.startsWith("role/"), iam, signal), signal));
  }
  return roles;
}

async function readNamed(value: string, isRole: boolean, iam: IamApi, signal: AbortSignal): Promise<ReadRole> {
  const name = roleNameIn(value);
  const profile = isRole ? undefined : await readProfile(iam, name, signal);
  const roleName = isRole ? name : profile?.roleNames[0];
  if (roleName === undefined) {
    return { why: profile === undefined ? "IAM has no such instance profile" : "the instance profile has no role" };
  }
  const role = await readRole(iam, roleName, signal);
  return role === undefined ? { why: "IAM has no such role" } : { role };
}

async function orWhy(reading: Promise<ReadRole>, signal: AbortSignal): Promise<ReadRole> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof AwsError) || signal.aborted) throw error;
    return { why: `it cannot be read (${error.operation}): ${error.message}` };
  }
}
