import type { CreateInstanceProfileRequest } from "@aws-sdk/client-iam";
import { iamRefusal } from "./iam-policies.ts";
import type { StoredProfile } from "./iam-records.ts";
import { consoleRole } from "./iam-roles.ts";
import { checkName, checkPath, type Tags, withTags } from "./iam-rules.ts";
import { RecordTable } from "./records.ts";
import type { Refusal } from "./refusals.ts";
import type { World } from "./world.ts";

/** The instance profiles of an account. */
export class IamProfiles {
  readonly #world: World;
  readonly #records: RecordTable<StoredProfile>;
  /** Monotonic creation times of profiles; reads show them later. */
  readonly #madeAt = new Map<string, number>();

  /** Paths of profiles that the account had before, by name. */
  readonly #described = new Map<string, string>();
  /** Of those and of the console's, the ones that were removed. */
  readonly #gone = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.#records = new RecordTable(world.clock);
  }

  create({ InstanceProfileName: name, Path: path = "/", Tags: tags }: CreateInstanceProfileRequest): StoredProfile {
    checkName(name, "instanceProfileName", 128);
    checkPath(path);
    const given = withTags({}, tags);
    if (this.all().some((one) => one.name.toLowerCase() === name.toLowerCase())) {
      throw iamRefusal("EntityAlreadyExists", 409, `Instance Profile ${name} already exists.`);
    }
    const { maxRoles: most } = this.#world.knobs;
    if (this.all().length >= most) {
      throw iamRefusal("LimitExceeded", 409, `Cannot exceed quota for InstanceProfilesPerAccount: ${most}`);
    }
    const profile: StoredProfile = {
      name,
      path,
      arn: this.#world.arn("iam", `instance-profile${path}${name}`),
      id: `AIPA${this.#world.hex(17).toUpperCase()}`,
      createdAt: this.#world.clock.now(),
      tags: given,
    };
    this.#madeAt.set(name, this.#world.clock.monotonic());
    this.#put(profile, "CREATED");
    return profile;
  }

  /** As a read as of `asOf` shows it. @throws Refusal */
  seen(name: string | undefined, asOf: number): StoredProfile {
    checkName(name, "instanceProfileName", 128);
    const profile = this.allSeen(asOf).find((one) => one.name === name) ?? this.byDefault(name);
    if (profile === undefined) throw noProfile(name);
    return profile;
  }

  /** A profile that the account had before or the console creates: it exists unless it was removed, and no list shows it. */
  byDefault(name: string): StoredProfile | undefined {
    const ofConsole = name === consoleRole && !this.#world.knobs.strictIam ? "/" : undefined;
    const path = this.#described.get(name) ?? ofConsole;
    if (path === undefined || this.#gone.has(name)) return undefined;
    return this.#holding(name, path, `AIPA0${name.toUpperCase()}0`);
  }

  /** In the order of their names. */
  allSeen(asOf: number): StoredProfile[] {
    const { iamVisibleMs } = this.#world.knobs;
    return this.#records
      .asOf(asOf)
      .filter(({ name }) => (this.#madeAt.get(name) ?? Number.NEGATIVE_INFINITY) <= asOf - iamVisibleMs)
      .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Current state. @throws Refusal */
  get(name: string | undefined): StoredProfile {
    checkName(name, "instanceProfileName", 128);
    const profile = this.find(name);
    if (profile === undefined) throw noProfile(name);
    return profile;
  }

  find(name: string): StoredProfile | undefined {
    return this.#records.get(name);
  }

  all(): StoredProfile[] {
    return this.#records.all();
  }

  /** All as they were at a monotonic time. */
  asOf(at: number): StoredProfile[] {
    return this.#records.asOf(at);
  }

  addRole(name: string | undefined, role: string): void {
    const profile = this.get(name);
    if (profile.role !== undefined) {
      throw iamRefusal("LimitExceeded", 409, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    }
    this.#put({ ...profile, role }, "CHANGED");
  }

  removeRole(name: string | undefined, role: string | undefined): void {
    const profile = this.get(name);
    if (profile.role !== role) {
      const text = `The role with name ${role} cannot be found in instance profile ${name}.`; // our words
      throw iamRefusal("NoSuchEntity", 404, text);
    }
    this.#put({ ...profile, role: undefined }, "CHANGED");
  }

  changeTags(name: string | undefined, change: (tags: Tags) => Tags): void {
    const profile = this.get(name);
    this.#put({ ...profile, tags: change(profile.tags) }, "CHANGED");
  }

  remove(name: string): void {
    this.#gone.add(name);
    const profile = this.find(name);
    if (profile === undefined) return;
    this.#records.remove(name);
    this.#madeAt.delete(name);
    this.#world.note({ kind: "instanceProfile", name, arn: profile.arn, status: "GONE" });
  }

  /** From now on the account has had this profile for long, with the role of its name. */
  addOld(name: string, path: string): void {
    this.#described.set(name, path);
  }

  /** A profile that somebody else creates again, with the role of its name. Listeners do not see the change. */
  bringBack(name: string, path: string): void {
    if (this.#records.get(name) !== undefined) return;
    this.#records.put(name, this.#holding(name, path, `AIPA${this.#world.hex(17).toUpperCase()}`));
  }

  /** With the role of its name. */
  #holding(name: string, path: string, id: string): StoredProfile {
    const arn = this.#world.arn("iam", `instance-profile${path}${name}`);
    return { name, path, arn, id, createdAt: this.#world.clock.now(), role: name, tags: {} };
  }

  /** Restores the records of an earlier process. */
  restore(profiles: readonly StoredProfile[]): void {
    for (const profile of profiles) this.#records.load(profile.name, profile);
  }

  #put(profile: StoredProfile, status: "CREATED" | "CHANGED"): void {
    this.#records.put(profile.name, profile);
    this.#world.note({ kind: "instanceProfile", name: profile.name, arn: profile.arn, status });
  }
}

function noProfile(name: string): Refusal {
  return iamRefusal("NoSuchEntity", 404, `Instance Profile ${name} cannot be found.`);
}
