import type {
  AddRoleToInstanceProfileRequest,
  CreateInstanceProfileRequest,
  CreateRoleRequest,
  InstanceProfile,
  Role,
} from "@aws-sdk/client-iam";
import { Refusal } from "./refusals.ts";
import { serviceLinkedRole, type World } from "./world.ts";

interface StoredRole {
  readonly role: Role;
  /** Monotonic time from which AWS services see it. */
  readonly usableAt: number;
}

interface StoredProfile {
  readonly profile: InstanceProfile;
  readonly usableAt: number;
}

/**
 * Roles and instance profiles. Unless `strictIam` is set, every well-formed name exists, except those that were
 * taken away; what is made here becomes usable for Batch only after `iamPropagationMs`.
 */
export class Iam {
  readonly #world: World;
  readonly #roles = new Map<string, StoredRole>();
  readonly #profiles = new Map<string, StoredProfile>();
  readonly #removed = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  createRole(input: CreateRoleRequest): Role {
    const name = input.RoleName ?? "";
    if (this.#roles.has(name)) throw iamRefusal("EntityAlreadyExists", 409, `Role with name ${name} already exists.`);
    const role: Role = {
      Path: input.Path ?? "/",
      RoleName: name,
      RoleId: `AROA${this.#world.hex(17).toUpperCase()}`,
      Arn: this.#world.arn("iam", `role${input.Path ?? "/"}${name}`),
      CreateDate: new Date(this.#world.clock.now()),
      AssumeRolePolicyDocument: encodeURIComponent(input.AssumeRolePolicyDocument ?? "{}"),
      ...(input.Tags === undefined ? {} : { Tags: input.Tags }),
    };
    this.#roles.set(name, { role, usableAt: this.#usableAt() });
    this.#removed.delete(role.Arn ?? "");
    return role;
  }

  getRole(name: string): Role {
    const stored = this.#roles.get(name);
    if (stored === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return stored.role;
  }

  deleteRole(name: string): void {
    const { Arn: arn } = this.getRole(name);
    const holder = [...this.#profiles.values()].find(({ profile }) => profile.Roles?.[0]?.RoleName === name);
    if (holder !== undefined) {
      throw iamRefusal("DeleteConflict", 409, "Cannot delete entity, must remove roles from instance profile first.");
    }
    this.#roles.delete(name);
    this.#removed.add(arn ?? "");
  }

  createInstanceProfile(input: CreateInstanceProfileRequest): InstanceProfile {
    const name = input.InstanceProfileName ?? "";
    if (this.#profiles.has(name)) {
      throw iamRefusal("EntityAlreadyExists", 409, `Instance Profile ${name} already exists.`);
    }
    const profile: InstanceProfile = {
      Path: input.Path ?? "/",
      InstanceProfileName: name,
      InstanceProfileId: `AIPA${this.#world.hex(17).toUpperCase()}`,
      Arn: this.#world.arn("iam", `instance-profile${input.Path ?? "/"}${name}`),
      CreateDate: new Date(this.#world.clock.now()),
      Roles: [],
      ...(input.Tags === undefined ? {} : { Tags: input.Tags }),
    };
    this.#profiles.set(name, { profile, usableAt: this.#usableAt() });
    this.#removed.delete(profile.Arn ?? "");
    return profile;
  }

  getInstanceProfile(name: string): InstanceProfile {
    const stored = this.#profiles.get(name);
    if (stored === undefined) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
    return stored.profile;
  }

  addRoleToInstanceProfile(input: AddRoleToInstanceProfileRequest): void {
    const profile = this.getInstanceProfile(input.InstanceProfileName ?? "");
    const role = this.getRole(input.RoleName ?? "");
    if ((profile.Roles ?? []).length > 0) {
      throw iamRefusal("LimitExceeded", 409, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    }
    this.#putProfile({ ...profile, Roles: [role] });
  }

  removeRoleFromInstanceProfile(input: AddRoleToInstanceProfileRequest): void {
    this.#putProfile({ ...this.getInstanceProfile(input.InstanceProfileName ?? ""), Roles: [] });
  }

  deleteInstanceProfile(name: string): void {
    const profile = this.getInstanceProfile(name);
    if ((profile.Roles ?? []).length > 0) {
      throw iamRefusal("DeleteConflict", 409, "Cannot delete entity, must remove roles from instance profile first.");
    }
    this.#profiles.delete(name);
    this.#removed.add(profile.Arn ?? "");
  }

  /** Takes away a role or instance profile, by ARN, whether it was made here or existed by default. */
  remove(arn: string): void {
    this.#removed.add(arn);
    const name = arn.split("/").at(-1) ?? "";
    if (arn.includes(":instance-profile/")) this.#profiles.delete(name);
    else this.#roles.delete(name);
  }

  /** Brings back what `remove` took away, usable after the propagation delay. */
  restore(arn: string): void {
    const name = arn.split("/").at(-1) ?? "";
    const path = /:(?:role|instance-profile)(\/(?:.*\/)?)[^/]+$/.exec(arn)?.[1] ?? "/";
    if (arn.includes(":instance-profile/")) this.createInstanceProfile({ InstanceProfileName: name, Path: path });
    else this.createRole({ RoleName: name, Path: path, AssumeRolePolicyDocument: undefined });
  }

  /** Why `service` cannot assume the role, as Batch words it; undefined when it can. */
  whyNotAssumable(arn: string, service: string): string | undefined {
    if (arn === serviceLinkedRole(this.#world)) return undefined;
    const stored = [...this.#roles.values()].find(({ role }) => role.Arn === arn);
    if (stored === undefined) return this.#existsByDefault(arn, "role") ? undefined : this.#notAuthorised();
    if (this.#world.clock.monotonic() < stored.usableAt) return this.#notAuthorised();
    const trust = decodeURIComponent(stored.role.AssumeRolePolicyDocument ?? "{}");
    return trust === "{}" || trust.includes(service) ? undefined : this.#notAuthorised();
  }

  /** @param reference name or ARN of an instance profile */
  whyProfileUnusable(reference: string): string | undefined {
    const arn = reference.startsWith("arn:") ? reference : undefined;
    const stored = [...this.#profiles.values()].find(({ profile }) =>
      arn === undefined ? profile.InstanceProfileName === reference : profile.Arn === arn,
    );
    const usable =
      stored === undefined
        ? this.#existsByDefault(arn ?? this.#world.arn("iam", `instance-profile/${reference}`), "instance-profile")
        : this.#world.clock.monotonic() >= stored.usableAt;
    const shown = arn ?? this.#world.arn("iam", `instance-profile/${reference}`);
    return usable ? undefined : `CLIENT_ERROR - Instance profile ${shown} does not exist`;
  }

  #existsByDefault(arn: string, kind: "role" | "instance-profile"): boolean {
    const wellFormed = new RegExp(`^arn:[a-z-]+:iam::\\d{12}:${kind}/(?:[\\w+=,.@-]+/)*[\\w+=,.@-]{1,128}$`);
    return !this.#world.knobs.strictIam && wellFormed.test(arn) && !this.#removed.has(arn);
  }

  #putProfile(profile: InstanceProfile): void {
    this.#profiles.set(profile.InstanceProfileName ?? "", { profile, usableAt: this.#usableAt() });
  }

  #usableAt(): number {
    return this.#world.clock.monotonic() + this.#world.knobs.iamPropagationMs;
  }

  #notAuthorised(): string {
    return (
      "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; " +
      `Status Code: 403; Error Code: AccessDenied; Request ID: ${this.#world.uuid()})`
    );
  }
}

function noSuchEntity(text: string): Refusal {
  return iamRefusal("NoSuchEntity", 404, text);
}

function iamRefusal(code: string, httpStatusCode: number, text: string): Refusal {
  return new Refusal(`${code}Exception`, httpStatusCode, text);
}
