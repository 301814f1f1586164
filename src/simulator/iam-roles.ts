import type { CreateRoleRequest, CreateServiceLinkedRoleRequest, Role } from "@aws-sdk/client-iam";
import { awsPolicyExists, checkInline, checkTrust, compact, iamRefusal } from "./iam-policies.ts";
import { describedRole, listedRole, type StoredRole } from "./iam-records.ts";
import { checkName, checkPath, validation, withTags } from "./iam-rules.ts";
import { RecordTable } from "./records.ts";
import type { Refusal } from "./refusals.ts";
import type { World } from "./world.ts";

const mostAttached = 10;
const mostInlineBytes = 10_240;

/** The name that the console gives to both the instance role and its profile. */
export const consoleRole = "ecsInstanceRole";

/** The roles that the console makes for compute environments, with their paths. */
const consoleRoles: ReadonlyMap<string, string> = new Map([
  [consoleRole, "/"],
  ["AWSBatchServiceRole", "/service-role/"],
]);

/** Services with a service-linked role in each account that uses them. */
const linkedRoles: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "batch.amazonaws.com": "AWSServiceRoleForBatch",
    "sagemaker-queuing.batch.amazonaws.com": "AWSServiceRoleForAWSBatchWithSagemaker",
    "spot.amazonaws.com": "AWSServiceRoleForEC2Spot",
    "spotfleet.amazonaws.com": "AWSServiceRoleForEC2SpotFleet",
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "ecs.amazonaws.com": "AWSServiceRoleForECS",
  }),
);

/** The roles of an account: their records and their rules. */
export class IamRoles {
  readonly #world: World;
  readonly #records: RecordTable<StoredRole>;
  /** Monotonic creation times of roles; reads show them later. */
  readonly #madeAt = new Map<string, number>();

  /** Paths of roles that the account had before, by name. */
  readonly #described = new Map<string, string>();
  /** Of those and of `consoleRoles`, the ones that were removed. */
  readonly #gone = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.#records = new RecordTable(world.clock);
  }

  create(input: CreateRoleRequest): StoredRole {
    const { RoleName: name, Path: path = "/", AssumeRolePolicyDocument: trust, Description: description } = input;
    checkName(name, "roleName", 64);
    checkPath(path);
    if (trust === undefined) throw validation("AssumeRolePolicyDocument must be given."); // our words
    checkTrust(trust);
    if (path.startsWith("/aws-service-role/")) {
      throw iamRefusal("AccessDenied", 403, `Cannot create a role in the path ${path}`); // our words
    }
    const boundary = input.PermissionsBoundary;
    if (boundary !== undefined) this.#requirePolicy(boundary);
    const tags = withTags({}, input.Tags);
    if (this.all().some((role) => role.name.toLowerCase() === name.toLowerCase())) {
      throw iamRefusal("EntityAlreadyExists", 409, `Role with name ${name} already exists.`);
    }
    if (this.all().length >= this.#world.knobs.maxRoles) {
      throw iamRefusal("LimitExceeded", 409, `Cannot exceed quota for RolesPerAccount: ${this.#world.knobs.maxRoles}`);
    }
    const role: StoredRole = {
      name,
      path,
      arn: this.#world.arn("iam", `role${path}${name}`),
      id: `AROA${this.#world.hex(17).toUpperCase()}`,
      createdAt: this.#world.clock.now(),
      description,
      trust,
      attached: [],
      inline: {},
      boundary,
      tags,
    };
    this.#madeAt.set(name, this.#world.clock.monotonic());
    this.#put(role, "CREATED");
    return role;
  }

  createServiceLinked(input: CreateServiceLinkedRoleRequest): Role {
    const { AWSServiceName: service = "", Description: description } = input;
    const name = linkedRoles.get(service);
    if (name === undefined) {
      throw iamRefusal("InvalidInput", 400, `Service role creation failed for ${service}: it is not supported.`); // our words
    }
    if (this.#records.get(name) !== undefined) {
      throw iamRefusal(
        "InvalidInput",
        400,
        `Service role name ${name} has been taken in this account, please try a different suffix.`,
      );
    }
    const role = this.#linked(name, service, description);
    this.#madeAt.set(name, this.#world.clock.monotonic());
    this.#put(role, "CREATED");
    return listedRole(role);
  }

  /** A service creates its service-linked role at the first use. Listeners do not see this change. */
  ensureLinked(service: string): void {
    const name = linkedRoles.get(service);
    if (name === undefined || this.#records.get(name) !== undefined) return;
    this.#records.put(name, this.#linked(name, service, undefined));
  }

  /** As a read as of `asOf` shows it. @throws Refusal */
  seen(name: string | undefined, asOf: number): StoredRole {
    checkName(name, "roleName", 64);
    const role = this.#seen(asOf).find((one) => one.name === name) ?? this.byDefault(name);
    if (role === undefined) throw noRole(name);
    return role;
  }

  /** A role that the account had before or the console creates: it exists unless it was removed, and no list shows it. */
  byDefault(name: string): StoredRole | undefined {
    const ofConsole = this.#world.knobs.strictIam ? undefined : consoleRoles.get(name);
    const path = this.#described.get(name) ?? ofConsole;
    if (path === undefined || this.#gone.has(name)) return undefined;
    return this.#suitingAll(name, path, `AROA0${name.toUpperCase()}0`);
  }

  describe(name: string | undefined, asOf: number): Role {
    return describedRole(this.seen(name, asOf));
  }

  /** Current state. @throws Refusal */
  get(name: string | undefined): StoredRole {
    checkName(name, "roleName", 64);
    const role = this.find(name);
    if (role === undefined) throw noRole(name);
    return role;
  }

  find(name: string): StoredRole | undefined {
    return this.#records.get(name);
  }

  all(): StoredRole[] {
    return this.#records.all();
  }

  /** All as they were at a monotonic time. */
  asOf(at: number): StoredRole[] {
    return this.#records.asOf(at);
  }

  remove(name: string): void {
    this.#gone.add(name);
    const role = this.find(name);
    if (role === undefined) return;
    this.#records.remove(name);
    this.#madeAt.delete(name);
    this.#world.note({ kind: "role", name, arn: role.arn, status: "GONE" });
  }

  /** From now on the account has had this role for long, sufficient for every purpose. */
  addOld(name: string, path: string): void {
    this.#described.set(name, path);
  }

  /** A role that somebody else creates again, sufficient for every purpose. Listeners do not see the change. */
  bringBack(name: string, path: string): void {
    if (this.#records.get(name) !== undefined) return;
    this.#records.put(name, this.#suitingAll(name, path, `AROA${this.#world.hex(17).toUpperCase()}`));
  }

  #suitingAll(name: string, path: string, id: string): StoredRole {
    const statement = { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" };
    return {
      name,
      path,
      arn: this.#world.arn("iam", `role${path}${name}`),
      id,
      createdAt: this.#world.clock.now(),
      trust: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
      attached: [`arn:${this.#world.partition}:iam::aws:policy/AdministratorAccess`],
      inline: {},
      tags: {},
    };
  }

  /** Restores the records of an earlier process. */
  restore(roles: readonly StoredRole[]): void {
    for (const role of roles) this.#records.load(role.name, role);
  }

  /** Changes a role that is not service-linked. @throws Refusal */
  change(name: string | undefined, change: (role: StoredRole) => Partial<StoredRole>): void {
    const role = this.get(name);
    requireModifiable(role);
    this.#put({ ...role, ...change(role) }, "CHANGED");
  }

  setTrust(name: string | undefined, trust = ""): void {
    checkTrust(trust);
    this.change(name, () => ({ trust }));
  }

  attach(name: string | undefined, arn = ""): void {
    this.#requirePolicy(arn);
    this.change(name, ({ attached }) => {
      if (attached.includes(arn)) return {};
      if (attached.length >= mostAttached) {
        throw iamRefusal("LimitExceeded", 409, `Cannot exceed quota for PoliciesPerRole: ${mostAttached}`);
      }
      return { attached: [...attached, arn] };
    });
  }

  detach(name: string | undefined, arn = ""): void {
    this.change(name, ({ attached }) => {
      if (!attached.includes(arn)) throw iamRefusal("NoSuchEntity", 404, `Policy ${arn} was not found.`);
      return { attached: attached.filter((one) => one !== arn) };
    });
  }

  putInline(name: string | undefined, policyName: string | undefined, document = ""): void {
    checkName(policyName, "policyName", 128);
    checkInline(document);
    this.change(name, (role) => {
      const inline = { ...role.inline, [policyName]: document };
      const bytes = Object.values(inline).reduce((sum, one) => sum + compact(one).length, 0);
      if (bytes > mostInlineBytes) {
        const text = `Maximum policy size of ${mostInlineBytes} bytes exceeded for role ${role.name}`;
        throw iamRefusal("LimitExceeded", 409, text);
      }
      return { inline };
    });
  }

  deleteInline(name: string | undefined, policyName = ""): void {
    this.change(name, ({ inline }) => {
      if (!Object.hasOwn(inline, policyName)) throw noInline(policyName);
      return { inline: Object.fromEntries(Object.entries(inline).filter(([name]) => name !== policyName)) };
    });
  }

  setBoundary(name: string | undefined, boundary: string | undefined): void {
    if (boundary !== undefined) this.#requirePolicy(boundary);
    this.change(name, () => ({ boundary }));
  }

  #requirePolicy(arn: string): void {
    const { account, partition, knobs } = this.#world;
    if (!/^arn:[a-z-]+:iam::(aws|\d{12}):policy\/[!-~]+$/.test(arn)) throw validation(`ARN ${arn} is not valid.`);
    const known = awsPolicyExists(arn, partition, knobs.otherPoliciesExist);
    const ofAccount = arn.startsWith(`arn:${partition}:iam::${account}:policy/`) && !knobs.strictIam;
    if (known ?? ofAccount) return;
    throw iamRefusal("NoSuchEntity", 404, `Policy ${arn} does not exist or is not attachable.`);
  }

  #linked(name: string, service: string, description: string | undefined): StoredRole {
    const path = `/aws-service-role/${service}/`;
    const statement = { Effect: "Allow", Principal: { Service: [service] }, Action: ["sts:AssumeRole"] };
    return {
      name,
      path,
      arn: this.#world.arn("iam", `role${path}${name}`),
      id: `AROA${name.toUpperCase().slice(-17)}`,
      createdAt: this.#world.clock.now(),
      description,
      trust: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
      attached: [],
      inline: {},
      tags: {},
    };
  }

  #put(role: StoredRole, status: "CREATED" | "CHANGED"): void {
    this.#records.put(role.name, role);
    this.#world.note({ kind: "role", name: role.name, arn: role.arn, status });
  }

  #seen(asOf: number): StoredRole[] {
    const { iamVisibleMs } = this.#world.knobs;
    return this.#records
      .asOf(asOf)
      .filter(({ name }) => (this.#madeAt.get(name) ?? Number.NEGATIVE_INFINITY) <= asOf - iamVisibleMs);
  }
}

/** @throws Refusal for service-linked roles */
export function requireModifiable({ name, path }: StoredRole): void {
  if (!path.startsWith("/aws-service-role/")) return;
  const text = `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`;
  throw iamRefusal("UnmodifiableEntity", 400, text);
}

export function noInline(policyName: string): Refusal {
  return iamRefusal("NoSuchEntity", 404, `The role policy with name ${policyName} cannot be found.`);
}

function noRole(name: string): Refusal {
  return iamRefusal("NoSuchEntity", 404, `The role with name ${name} cannot be found.`);
}
