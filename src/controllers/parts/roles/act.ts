import type { Kind, KubeObject } from "../../../api/object.ts";
import { rolesAnnotation } from "../../../api/v1alpha1/annotations.ts";
import { neverHappened } from "../../../aws/calls.ts";
import type { IamApi } from "../../../aws/iam.ts";
import { tagList } from "../../ownership/tags.ts";
import type { Ports } from "../../ports.ts";
import type { RolesAction, RoleWrite } from "./action.ts";
import type { RolesMemory } from "./observe.ts";

/** What the writes of roles need. */
interface Writing {
  readonly ports: Pick<Ports, "store" | "regions" | "clock">;
  /** Records when each role was written. */
  readonly memory: Pick<RolesMemory, "wroteAt" | "madeAt">;
}

/**
 * Carries out one action: its writes in order, up to the first refusal. Earlier writes are kept.
 *
 * @param kind of the object
 * @throws AwsError at the first refusal
 */
export async function actOnRoles(
  action: RolesAction,
  object: KubeObject,
  kind: Kind,
  { ports, memory }: Writing,
  signal: AbortSignal,
): Promise<void> {
  if (action.kind === "claimRoles") {
    const claims = action.claims.length === 0 ? null : action.claims.join(",");
    await ports.store.patchMetadata(kind, object, { annotations: { [rolesAnnotation]: claims } }, signal);
    return;
  }
  const { api } = await ports.regions.iam(signal, object.metadata.namespace);
  let wrote = false;
  try {
    for (const write of action.writes) {
      await carriedOut(write, api, signal);
      wrote = true;
    }
    if (action.doing === "delete") memory.madeAt.delete(action.name);
  } catch (error) {
    // IAM has nothing to show after a refusal of the first write.
    wrote ||= !neverHappened(error);
    throw error;
  } finally {
    if (wrote) noteWrite(action, memory, ports.clock.monotonic());
  }
}

function noteWrite(
  { name, writes }: Extract<RolesAction, { kind: "writeRole" }>,
  memory: Pick<RolesMemory, "wroteAt" | "madeAt">,
  now: number,
): void {
  memory.wroteAt.set(name, now);
  if (writes.some(({ kind }) => kind === "createRole" || kind === "createProfile")) memory.madeAt.set(name, now);
}

async function carriedOut(write: RoleWrite, api: IamApi, signal: AbortSignal): Promise<void> {
  const options = { signal };
  const { name } = write;
  switch (write.kind) {
    case "createRole":
      await api.createRole(
        {
          RoleName: name,
          Path: write.path,
          AssumeRolePolicyDocument: write.trust,
          ...(write.boundaryArn === undefined ? {} : { PermissionsBoundary: write.boundaryArn }),
          Tags: tagList(write.tags),
        },
        options,
      );
      return;
    case "putTrust":
      return api.updateAssumeRolePolicy({ RoleName: name, PolicyDocument: write.trust }, options);
    case "attach":
      return api.attachRolePolicy({ RoleName: name, PolicyArn: write.policyArn }, options);
    case "detach":
      return api.detachRolePolicy({ RoleName: name, PolicyArn: write.policyArn }, options);
    case "putInline":
      return api.putRolePolicy({ RoleName: name, PolicyName: write.policy, PolicyDocument: write.document }, options);
    case "deleteInline":
      return api.deleteRolePolicy({ RoleName: name, PolicyName: write.policy }, options);
    case "putBoundary":
      return api.putRolePermissionsBoundary({ RoleName: name, PermissionsBoundary: write.policyArn }, options);
    case "deleteBoundary":
      return api.deleteRolePermissionsBoundary({ RoleName: name }, options);
    case "tagRole":
      return api.tagRole({ RoleName: name, Tags: tagList(write.tags) }, options);
    case "untagRole":
      return api.untagRole({ RoleName: name, TagKeys: [...write.keys] }, options);
    case "createProfile":
      await api.createInstanceProfile(
        { InstanceProfileName: name, Path: write.path, Tags: tagList(write.tags) },
        options,
      );
      return;
    case "addToProfile":
      return api.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: write.role }, options);
    case "removeFromProfile":
      return api.removeRoleFromInstanceProfile({ InstanceProfileName: name, RoleName: write.role }, options);
    case "tagProfile":
      return api.tagInstanceProfile({ InstanceProfileName: name, Tags: tagList(write.tags) }, options);
    case "untagProfile":
      return api.untagInstanceProfile({ InstanceProfileName: name, TagKeys: [...write.keys] }, options);
    case "deleteProfile":
      return api.deleteInstanceProfile({ InstanceProfileName: name }, options);
    case "deleteRole":
      return api.deleteRole({ RoleName: name }, options);
  }
}
