import { eachCall } from "../../../aws/calls.ts";
import { AwsError } from "../../../aws/errors.ts";
import type { IamApi, InstanceProfile, Role } from "../../../aws/iam.ts";
import { iamCalls } from "../../../aws/iam-calls.ts";
import { iamDocument, iamPages } from "../../../aws/iam-reads.ts";
import type { StoredProfile, StoredRole } from "../../../simulator/iam-records.ts";
import type { SimulatedAws } from "../../../simulator/simulated-aws.ts";
import type { AccountReads } from "./reads.ts";

export interface CopiedIamOptions {
  readonly copy: SimulatedAws;
  readonly partition: string;
  /** IAM of the account, for reads only. */
  readonly real: () => Promise<IamApi>;
  readonly reads: AccountReads;
  /** Whether a role that reads do not show is missing for AWS Batch too; a simulated account lets it use any. */
  readonly showsAll: boolean;
}

/** IAM of the copy. */
export interface CopiedIam {
  readonly api: IamApi;
  /** Reads a role or an instance profile that a write to AWS Batch names, because AWS checks it then. */
  readonly named: (arnOrName: string, kind: "role" | "instance-profile") => Promise<void>;
}

/**
 * IAM of the copy: a role or an instance profile is read from the account, whole, when it is first asked for. What the
 * account does not let us read, the copy does not let the operator read either.
 */
export function copiedIam(options: CopiedIamOptions): CopiedIam {
  const loading = new Loading(options);
  const api = eachCall(options.copy.iam, iamCalls, (name, kind, call) => {
    if (kind === "write") {
      return async (input: Subject, options) => {
        loading.made(name, input);
        return await call(input as never, options);
      };
    }
    return async (input: Subject, options) => {
      await loading.of(name, input);
      return await call(input as never, options);
    };
  });
  return { api, named: (arnOrName, kind) => loading.named(arnOrName, kind) };
}

interface Subject {
  readonly RoleName?: string;
  readonly InstanceProfileName?: string;
}

type RoleParts = Pick<StoredRole, "attached" | "inline">;

class Loading {
  readonly #options: CopiedIamOptions;
  readonly #roles = new Map<string, Promise<void>>();
  readonly #profiles = new Map<string, Promise<void>>();
  /** What the account does not have, as `role/NAME`. */
  readonly #absent = new Set<string>();
  /** By call and role or profile: why the account does not answer it. */
  readonly #failures = new Map<string, AwsError>();

  constructor(options: CopiedIamOptions) {
    this.#options = options;
  }

  /** @throws AwsError as the account answers this call */
  async of(call: keyof IamApi, { RoleName: role, InstanceProfileName: profile }: Subject): Promise<void> {
    if (role !== undefined) await once(this.#roles, role, () => this.#role(role));
    if (profile !== undefined) await once(this.#profiles, profile, () => this.#profile(profile));
    const failure = this.#failures.get(`${call} ${role ?? profile}`);
    if (failure !== undefined) throw failure;
  }

  /** The copy has it from now on. */
  made(call: keyof IamApi, { RoleName: role, InstanceProfileName: profile }: Subject): void {
    if (call === "createRole") this.#absent.delete(`role/${role}`);
    if (call === "createInstanceProfile") this.#absent.delete(`instance-profile/${profile}`);
  }

  /** An ARN may have a path, which a name has not. */
  async named(arnOrName: string, kind: "role" | "instance-profile"): Promise<void> {
    const name = arnOrName.slice(arnOrName.lastIndexOf("/") + 1);
    if (kind === "role") await once(this.#roles, name, () => this.#role(name));
    else await once(this.#profiles, name, () => this.#profile(name));
    if (this.#absent.has(`${kind}/${name}`) && arnOrName.startsWith("arn:"))
      this.#options.copy.outside.removeRole(arnOrName);
  }

  async #role(name: string): Promise<void> {
    const answer = await this.#asked("getRole", name, (iam) => iam.getRole({ RoleName: name }));
    if (answer === "unread") return;
    if (answer === "absent") {
      this.#isAbsent(`role/${name}`);
      return;
    }
    if (answer.Role === undefined) return;
    const attached = await this.#asked("listAttachedRolePolicies", name, (iam) =>
      Array.fromAsync(
        iamPages("ListAttachedRolePolicies", (Marker) => iam.listAttachedRolePolicies({ RoleName: name, Marker })),
      ),
    );
    const inline = await this.#inlineOf(name);
    this.#options.copy.add({
      roles: [
        storedRole(answer.Role, {
          attached: pagesOf(attached).flatMap(({ AttachedPolicies = [] }) =>
            AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []),
          ),
          inline,
        }),
      ],
    });
    const holding = await this.#asked("listInstanceProfilesForRole", name, (iam) =>
      Array.fromAsync(
        iamPages("ListInstanceProfilesForRole", (Marker) =>
          iam.listInstanceProfilesForRole({ RoleName: name, Marker }),
        ),
      ),
    );
    const listed = pagesOf(holding).flatMap(({ InstanceProfiles = [] }) => InstanceProfiles);
    for (const one of listed) {
      if (!this.#profiles.has(one.InstanceProfileName ?? ""))
        this.#options.copy.add({ instanceProfiles: [storedProfile(one)] });
    }
  }

  async #inlineOf(name: string): Promise<Readonly<Record<string, string>>> {
    const listed = await this.#asked("listRolePolicies", name, (iam) =>
      Array.fromAsync(iamPages("ListRolePolicies", (Marker) => iam.listRolePolicies({ RoleName: name, Marker }))),
    );
    const documents: Record<string, string> = {};
    for (const PolicyName of pagesOf(listed).flatMap(({ PolicyNames = [] }) => PolicyNames)) {
      const answer = await this.#asked(
        "getRolePolicy",
        name,
        (iam) => iam.getRolePolicy({ RoleName: name, PolicyName }),
        PolicyName,
      );
      if (typeof answer === "object") documents[PolicyName] = iamDocument(answer.PolicyDocument);
    }
    return documents;
  }

  async #profile(name: string): Promise<void> {
    const answer = await this.#asked("getInstanceProfile", name, (iam) =>
      iam.getInstanceProfile({ InstanceProfileName: name }),
    );
    if (answer === "absent") {
      this.#isAbsent(`instance-profile/${name}`);
      return;
    }
    if (answer === "unread" || answer.InstanceProfile === undefined) return;
    const profile = answer.InstanceProfile;
    for (const role of profile.Roles ?? []) {
      // Without permission to read the role, what its profile shows of it is known.
      if (!this.#roles.has(role.RoleName ?? ""))
        this.#options.copy.add({ roles: [storedRole(role, { attached: [], inline: {} })] });
      await once(this.#roles, role.RoleName ?? "", () => this.#role(role.RoleName ?? ""));
    }
    this.#options.copy.add({ instanceProfiles: [storedProfile(profile)] });
  }

  #isAbsent(resource: string): void {
    const { copy, partition, showsAll } = this.#options;
    if (!showsAll) return;
    this.#absent.add(resource);
    copy.outside.removeRole(`arn:${partition}:iam::${copy.account}:${resource}`);
  }

  async #asked<T>(
    call: keyof IamApi,
    subject: string,
    ask: (iam: IamApi) => Promise<T>,
    part = "",
  ): Promise<T | "absent" | "unread"> {
    try {
      return await this.#options.reads.of(
        `iam ${call} ${subject} ${part}`,
        async () => await ask(await this.#options.real()),
      );
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.kind === "notFound") return "absent";
      this.#failures.set(`${call} ${subject}`, error);
      return "unread";
    }
  }
}

function once(known: Map<string, Promise<void>>, name: string, load: () => Promise<void>): Promise<void> {
  const loading = known.get(name) ?? load();
  known.set(name, loading);
  return loading;
}

function pagesOf<P>(answer: readonly P[] | "absent" | "unread"): readonly P[] {
  return typeof answer === "string" ? [] : answer;
}

function storedRole(role: Role, parts: RoleParts): StoredRole {
  const { RoleName: name = "", Path: path = "/", Arn: arn = "", RoleId: id = "", Description: description } = role;
  return {
    name,
    path,
    arn,
    id,
    createdAt: role.CreateDate?.getTime() ?? 0,
    description,
    trust: iamDocument(role.AssumeRolePolicyDocument),
    boundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: tagsOf(role.Tags),
    ...parts,
  };
}

function storedProfile(profile: InstanceProfile): StoredProfile {
  const { InstanceProfileName: name = "", Path: path = "/", Arn: arn = "", InstanceProfileId: id = "" } = profile;
  const role = profile.Roles?.[0]?.RoleName;
  return { name, path, arn, id, createdAt: profile.CreateDate?.getTime() ?? 0, role, tags: tagsOf(profile.Tags) };
}

function tagsOf(tags: Role["Tags"]): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}
