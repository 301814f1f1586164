import { AwsError } from "./errors.ts";
import type { IamApi, Tag } from "./iam.ts";
import type { ProfileSeen, RoleSeen } from "./iam-account.ts";
import { everyPage } from "./listing.ts";

/** What it takes to read one role or one profile, whole. */

/**
 * @returns undefined when AWS says that there is no such role
 * @throws AwsError when it, or a part of it, cannot be read
 */
export async function readRole(iam: IamApi, name: string, signal: AbortSignal): Promise<RoleSeen | undefined> {
  const first = await orAbsent(wholeRole(iam, name, signal));
  // A role that comes or goes while its parts are read may be there and not there: a second read decides.
  return first === "partly" ? await wholeRole(iam, name, signal) : first;
}

/**
 * @returns undefined when AWS says that there is no such profile
 * @throws AwsError when it cannot be read
 */
export async function readProfile(iam: IamApi, name: string, signal: AbortSignal): Promise<ProfileSeen | undefined> {
  const answer = await orUndefined(iam.getInstanceProfile({ InstanceProfileName: name }, { signal }));
  if (answer === undefined) return undefined;
  const profile = given(answer.InstanceProfile, "GetInstanceProfile");
  return {
    name,
    arn: profile.Arn ?? "",
    path: profile.Path ?? "/",
    roleNames: (profile.Roles ?? []).flatMap(({ RoleName: role }) => role ?? []),
    tags: tagsIn(profile.Tags),
  };
}

async function wholeRole(iam: IamApi, RoleName: string, signal: AbortSignal): Promise<RoleSeen | undefined> {
  const answer = await orUndefined(iam.getRole({ RoleName }, { signal }));
  if (answer === undefined) return undefined;
  const role = given(answer.Role, "GetRole");
  const [attachedPolicyArns, inlinePolicies, profileNames] = await Promise.all([
    attachedTo(iam, RoleName, signal),
    inlineOf(iam, RoleName, signal),
    profilesOf(iam, RoleName, signal),
  ]);
  return {
    name: RoleName,
    arn: role.Arn ?? "",
    path: role.Path ?? "/",
    trust: iamDocument(role.AssumeRolePolicyDocument),
    attachedPolicyArns,
    inlinePolicies,
    permissionsBoundaryArn: role.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: tagsIn(role.Tags),
    profileNames,
  };
}

async function attachedTo(iam: IamApi, RoleName: string, signal: AbortSignal): Promise<readonly string[]> {
  const arns: string[] = [];
  const list = (Marker: string | undefined) => iam.listAttachedRolePolicies({ RoleName, Marker }, { signal });
  for await (const { AttachedPolicies: policies = [] } of iamPages("ListAttachedRolePolicies", list)) {
    arns.push(...policies.flatMap(({ PolicyArn: arn }) => arn ?? []));
  }
  return arns;
}

async function inlineOf(iam: IamApi, RoleName: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const names: string[] = [];
  const list = (Marker: string | undefined) => iam.listRolePolicies({ RoleName, Marker }, { signal });
  for await (const { PolicyNames: found = [] } of iamPages("ListRolePolicies", list)) names.push(...found);
  const documents: [string, string][] = [];
  for (const PolicyName of names) {
    // One that was taken away since the listing is not there.
    const answer = await orUndefined(iam.getRolePolicy({ RoleName, PolicyName }, { signal }));
    if (answer !== undefined) documents.push([PolicyName, iamDocument(answer.PolicyDocument)]);
  }
  return Object.fromEntries(documents);
}

async function profilesOf(iam: IamApi, RoleName: string, signal: AbortSignal): Promise<readonly string[]> {
  const names: string[] = [];
  const list = (Marker: string | undefined) => iam.listInstanceProfilesForRole({ RoleName, Marker }, { signal });
  for await (const { InstanceProfiles: profiles = [] } of iamPages("ListInstanceProfilesForRole", list)) {
    names.push(...profiles.flatMap(({ InstanceProfileName: name }) => name ?? []));
  }
  return names;
}

interface IamPage {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/** All pages of a listing of IAM. @throws AwsError also when it does not end */
export function iamPages<P extends IamPage>(
  operation: string,
  list: (marker: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
  return everyPage(`iam:${operation}`, list, ({ IsTruncated, Marker }) => (IsTruncated === true ? Marker : undefined));
}

/** What was asked for. An answer without it does not say that it is missing. @throws AwsError */
function given<T>(part: T | undefined, operation: string): T {
  if (part !== undefined) return part;
  throw new AwsError("unknown", `iam:${operation}`, "IncompleteAnswer", "AWS's answer lacks what was asked for");
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsError && error.kind === "notFound") return undefined;
    throw error;
  }
}

async function orAbsent<T>(answer: Promise<T>): Promise<T | "partly"> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsError && error.kind === "notFound") return "partly";
    throw error;
  }
}

/** A policy document, which IAM gives URL-encoded. @throws AwsError where it is not */
export function iamDocument(document: string | undefined): string {
  try {
    return decodeURIComponent(document ?? "");
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new AwsError("unknown", "iam:Get*", "IncompleteAnswer", "AWS's answer has a policy that is not URL-encoded");
  }
}

function tagsIn(tags: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key: key = "", Value: value = "" }) => [key, value]));
}
