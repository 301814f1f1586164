import type {
  DeleteRoleRequest,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  InstanceProfile,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
} from "@aws-sdk/client-iam";
import { markedPage } from "./iam-pages.ts";
import { grants, iamRefusal, trusts } from "./iam-policies.ts";
import { IamProfiles } from "./iam-profiles.ts";
import {
  describedProfile,
  encodedDocument,
  listedProfile,
  type StoredProfile,
  type StoredRole,
} from "./iam-records.ts";
import { IamRoles, noInline, requireModifiable } from "./iam-roles.ts";
import { serviceLinkedRole, type World } from "./world.ts";

/**
 * Roles and instance profiles of an account, and how Batch uses them. Of service roles and instance profiles only those
 * exist that were made or described, and without `strictIam` those of the console; of the roles that others than Batch assume every
 * well-formed ARN does without `strictIam`, with sufficient permissions, except removed ones. Changes take effect in Batch after `iamPropagationMs`, and reads show
 * new records after `iamVisibleMs`.
 */
export class Iam {
  readonly roles: IamRoles;
  readonly profiles: IamProfiles;
  readonly #world: World;
  readonly #removed = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.roles = new IamRoles(world);
    this.profiles = new IamProfiles(world);
  }

  deleteRole({ RoleName: name }: DeleteRoleRequest): void {
    const role = this.roles.get(name);
    requireModifiable(role);
    const conflict = (must: string) => iamRefusal("DeleteConflict", 409, `Cannot delete entity, must ${must} first.`);
    if (this.profiles.all().some((profile) => profile.role === name)) {
      throw conflict("remove roles from instance profile");
    }
    if (role.attached.length > 0) throw conflict("detach all policies");
    if (Object.keys(role.inline).length > 0) throw conflict("delete policies");
    this.roles.remove(role.name);
    this.#removed.add(role.arn);
  }

  listAttached(input: ListAttachedRolePoliciesRequest, asOf: number): ListAttachedRolePoliciesResponse {
    const { PathPrefix: prefix = "/" } = input;
    const { attached } = this.roles.seen(input.RoleName, asOf);
    const policies = attached.map((arn) => ({ PolicyArn: arn, PolicyName: arn.slice(arn.lastIndexOf("/") + 1) }));
    const under = policies.filter(({ PolicyArn: arn }) => arn.slice(arn.indexOf(":policy/") + 7).startsWith(prefix));
    const { items, ...rest } = markedPage(under, input, this.#world.knobs.pageSize);
    return { AttachedPolicies: items, ...rest };
  }

  listInline(input: ListRolePoliciesRequest, asOf: number): ListRolePoliciesResponse {
    const names = Object.keys(this.roles.seen(input.RoleName, asOf).inline).toSorted();
    const { items, ...rest } = markedPage(names, input, this.#world.knobs.pageSize);
    return { PolicyNames: items, ...rest };
  }

  getInline(
    { RoleName: name, PolicyName: policyName = "" }: GetRolePolicyRequest,
    asOf: number,
  ): GetRolePolicyResponse {
    const role = this.roles.seen(name, asOf);
    const document = Object.hasOwn(role.inline, policyName) ? role.inline[policyName] : undefined;
    if (document === undefined) throw noInline(policyName);
    return { RoleName: role.name, PolicyName: policyName, PolicyDocument: encodedDocument(document) };
  }

  describeProfile(name: string | undefined, asOf: number): InstanceProfile {
    const profile = this.profiles.seen(name, asOf);
    return describedProfile(profile, this.#roleIn(profile));
  }

  profilesOf(input: ListInstanceProfilesForRoleRequest, asOf: number): ListInstanceProfilesForRoleResponse {
    const { name } = this.roles.seen(input.RoleName, asOf);
    const holding = this.profiles.allSeen(asOf).filter(({ role }) => role === name);
    const { items, ...rest } = markedPage(holding, input, this.#world.knobs.pageSize);
    return { InstanceProfiles: items.map((one) => listedProfile(one, this.#roleIn(one))), ...rest };
  }

  deleteProfile(name: string | undefined): void {
    const profile = this.profiles.get(name);
    if (profile.role !== undefined) {
      throw iamRefusal("DeleteConflict", 409, "Cannot delete entity, must remove roles from instance profile first.");
    }
    this.profiles.remove(profile.name);
    this.#removed.add(profile.arn);
  }

  /** Removes a role or instance profile, by ARN, whether it was created or existed by default. */
  remove(arn: string): void {
    this.#removed.add(arn);
    const name = nameIn(arn);
    if (arn.includes(":instance-profile/")) {
      this.profiles.remove(name);
      return;
    }
    for (const profile of this.profiles.all()) {
      if (profile.role === name) this.profiles.removeRole(profile.name, name);
    }
    this.roles.remove(name);
  }

  /** Restores what `remove` removed, sufficient for every purpose, usable after the propagation delay. */
  restore(arn: string): void {
    const [name, path] = [nameIn(arn), pathIn(arn)];
    const isProfile = arn.includes(":instance-profile/");
    this.roles.bringBack(name, path);
    if (isProfile) this.profiles.bringBack(name, path);
  }

  /** A role, or an instance profile with a role of its name, that the account had before. */
  addOld(arn: string): void {
    const [name, path] = [nameIn(arn), pathIn(arn)];
    this.roles.addOld(name, path);
    if (arn.includes(":instance-profile/")) this.profiles.addOld(name, path);
  }

  /** Why Batch cannot use a service role, in its words; undefined if it can. */
  whyServiceRoleUnusable(arn: string): string | undefined {
    if (arn === serviceLinkedRole(this.#world)) return undefined;
    const state = this.#stateOf(arn, "batch.amazonaws.com", "ecs:DescribeClusters");
    if (state === "good") return undefined;
    if (state !== "powerless") {
      return (
        "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; " +
        `Status Code: 403; Error Code: AccessDenied; Request ID: ${this.#world.uuid()})`
      );
    }
    const caller = this.#world.arn("sts", `assumed-role/${nameIn(arn)}/aws-batch`);
    return (
      `CLIENT_ERROR - User: ${caller} is not authorized to perform: ecs:DescribeClusters on resource: * because no ` +
      "identity-based policy allows the ecs:DescribeClusters action (Service: AmazonECS; Status Code: 400; " +
      `Error Code: AccessDeniedException; Request ID: ${this.#world.uuid()})`
    );
  }

  whySpotFleetRoleUnusable(arn: string): string | undefined {
    return this.#stateOf(arn, "spotfleet.amazonaws.com", "ec2:RunInstances") === "good"
      ? undefined
      : "CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid. (Service: AmazonEC2; " +
          "Status Code: 400; Error Code: InvalidSpotFleetRequestConfig)";
  }

  /** Why ECS cannot start and terminate instances with this role; undefined if it can. The message is ours. */
  whyInfrastructureRoleUnusable(arn: string): string | undefined {
    return this.#stateOf(arn, "ecs.amazonaws.com", "ec2:RunInstances") === "good"
      ? undefined
      : `CLIENT_ERROR - ECS is unable to assume the infrastructure role ${arn} (Service: AmazonECS; Status Code: 400; ` +
          "Error Code: InvalidParameterException)";
  }

  /** Why a task of a job cannot have this role; undefined if it can. */
  whyTaskRoleUnusable(arn: string): string | undefined {
    const role = arn.startsWith("arn:") ? arn : this.#world.arn("iam", `role/${arn}`);
    const state = this.#stateOf(role, "ecs-tasks.amazonaws.com");
    return state === "good"
      ? undefined
      : `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role ` +
          "being passed has the proper trust relationship and permissions and that your IAM user has permissions " +
          "to pass this role.";
  }

  /** @param reference name or ARN of an instance profile */
  whyProfileUnusable(reference: string): string | undefined {
    const known = this.profiles.find(nameIn(reference));
    const stored = known !== undefined && (known.arn === reference || known.name === reference) ? known : undefined;
    const arn = reference.startsWith("arn:")
      ? reference
      : (stored?.arn ?? this.#world.arn("iam", `instance-profile/${reference}`));
    const missing = `CLIENT_ERROR - Instance profile ${arn} does not exist`;
    if (stored === undefined) return this.#existsByDefault(arn, "instance-profile") ? undefined : missing;
    const seen = this.profiles.asOf(this.#usableSince()).find((profile) => profile.id === stored.id);
    if (seen === undefined) return missing;
    const ec2 = this.#world.partition === "aws-cn" ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com";
    const role = stored.role === seen.role ? this.roles.find(seen.role ?? "") : undefined;
    return role !== undefined && trusts(role.trust, ec2)
      ? undefined
      : `CLIENT_ERROR - IAM Instance Profile "${arn}" has no associated IAM Roles (Service: AmazonEC2; ` +
          "Status Code: 400; Error Code: InvalidParameterValue)";
  }

  /** A role as AWS services see it: as of `iamPropagationMs` ago, unless it is deleted by now. */
  #stateOf(arn: string, service: string, action?: string): "good" | "missing" | "untrusting" | "powerless" {
    const stored = this.roles.find(nameIn(arn));
    if (stored === undefined || stored.arn !== arn) {
      const ofBatch = service === "batch.amazonaws.com";
      return this.#existsByDefault(arn, ofBatch ? "service-role" : "role") ? "good" : "missing";
    }
    const seen = this.roles.asOf(this.#usableSince()).find(({ id }) => id === stored.id);
    if (seen === undefined) return "missing";
    if (!trusts(seen.trust, service)) return "untrusting";
    return action === undefined || grants(seen, action) ? "good" : "powerless";
  }

  #roleIn(profile: StoredProfile): StoredRole | undefined {
    return this.roles.find(profile.role ?? "") ?? this.roles.byDefault(profile.role ?? "");
  }

  /** Whether a role or a profile that nobody made exists: of those that Batch itself uses, the known ones do. */
  #existsByDefault(arn: string, what: "instance-profile" | "service-role" | "role"): boolean {
    const { strictIam, otherRolesExist } = this.#world.knobs;
    const known = (what === "instance-profile" ? this.profiles : this.roles).byDefault(nameIn(arn));
    if (known?.arn === arn) return true;
    const wellFormed = /^arn:[a-z-]+:iam::\d{12}:(?:role|instance-profile)\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,128}$/;
    const others = what === "role" ? !strictIam : otherRolesExist;
    return others && wellFormed.test(arn) && !this.#removed.has(arn);
  }

  #usableSince(): number {
    return this.#world.clock.monotonic() - this.#world.knobs.iamPropagationMs;
  }
}

function pathIn(arn: string): string {
  return /:(?:role|instance-profile)(\/(?:.*\/)?)[^/]+$/.exec(arn)?.[1] ?? "/";
}

function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
