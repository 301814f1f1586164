import type { KubeObject } from "../../../../src/api/object.ts";
import { roleAnnotations } from "../../../../src/api/v1alpha1/annotations.ts";
import { kindOf } from "../../../../src/api/v1alpha1/kinds.ts";
import type { DefinitionRevision, SubmitJobRequest } from "../../../../src/aws/batch.ts";
import { revisionIn } from "../../../../src/aws/names.ts";
import { consumablesNamedBy } from "../../../../src/aws/revision-consumables.ts";
import { rolesNamedBy } from "../../../../src/aws/revision-roles.ts";
import { globsIn, matchesAny } from "../../../../src/controllers/ownership/glob.ts";
import { awsNameOf } from "../../../../src/controllers/ownership/naming.ts";
import { namespaceTag, ownerIn, type Tags } from "../../../../src/controllers/ownership/ownership.ts";
import { namespaceKind } from "../../../../src/kube/resource.ts";
import type { CallRecord } from "../../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../../oracle.ts";
import { nameOf } from "../../oracles/reading.ts";
import { attacker, isVictim, victims } from "../tenants.ts";

/** A permission that was taken away ends new acts within this time (ms); what had left before is on its way. */
const withdrawnMs = 5000;

type Shared = KubeObject<{ readonly allowedNamespaces?: { readonly from?: string } }>;

/** What the attacker may use of the others, and until when it might. Times are monotonic ms. */
export class Rights {
  readonly #watched: Watched;
  /** By kind and name in AWS; of roles by `roles`, and the globs. */
  readonly #until = new Map<string, number>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Right before and after each change of an object, so that the last moment counts. */
  onObject(...objects: readonly (KubeObject | undefined)[]): void {
    for (const one of objects) if (one !== undefined && isShared(one)) this.#note(textFor(one.kind, nameFor(one)));
  }

  /** @param at when the call left */
  mayUse(kind: string, name: string, at: number): boolean {
    const objects = this.#watched.store.objects(kindOf(kind));
    const owner = objects.find((one) => isVictim(one.metadata.namespace) && nameFor(one) === name);
    const belongs = owner !== undefined || victims.some((victim) => name.startsWith(`${victim}_`));
    if (!belongs || (owner !== undefined && isShared(owner))) return true;
    return at - (this.#until.get(textFor(kind, name)) ?? Number.NEGATIVE_INFINITY) <= withdrawnMs;
  }

  /** @param at when the call left */
  mayHave(role: string, at: number): boolean {
    const { annotations = {} } = this.#namespace?.metadata ?? {};
    const text = annotations[roleAnnotations.roles] ?? "*";
    if (matchesAny(globsIn(text), role)) this.#note(`role ${role}`);
    return at - (this.#until.get(`role ${role}`) ?? Number.NEGATIVE_INFINITY) <= withdrawnMs;
  }

  get #namespace(): KubeObject | undefined {
    return this.#watched.store.objects(namespaceKind).find(({ metadata }) => metadata.name === attacker);
  }

  #note(text: string): void {
    this.#until.set(text, this.#watched.clock.monotonic());
  }
}

function isShared(object: KubeObject): boolean {
  const { spec, metadata } = object as Shared;
  return isVictim(metadata.namespace) && spec.allowedNamespaces?.from === "All";
}

function nameFor(object: KubeObject): string {
  return awsNameOf(kindOf(object.kind), object);
}

function textFor(kind: string, name: string): string {
  return `${kind} ${name}`;
}

/** Whatever was registered, or allowed, before: each act of the operator for a tenant is judged by what is allowed then. */
export const usesOnlyWhatIsAllowed: OracleFactory = (watched) => {
  const rights = new Rights(watched);
  const refused = (what: string, kind: string, names: readonly string[], at: number): string | undefined => {
    const name = names.find((one) => !rights.mayUse(kind, one, at));
    return name && `${what} of ${attacker} uses ${kind} ${name}, which it may not`;
  };
  const lacksRole = (what: string, revision: DefinitionRevision, at: number): string | undefined => {
    const role = rolesNamedBy(revision).find((one) => !rights.mayHave(one, at));
    return role && `${what} of ${attacker} runs as ${role}, which it may not`;
  };
  const judgeJob = (call: CallRecord, at: number): string | undefined => {
    const request = call.input as SubmitJobRequest;
    const { jobName = "", jobQueue, jobDefinition, consumableResourcePropertiesOverride: held } = request;
    const { name, revision: number } = revisionIn(jobDefinition ?? "") ?? { name: nameOf(jobDefinition) };
    const revision = watched.aws.truth
      .jobDefinitions()
      .find((one) => one.jobDefinitionName === name && one.revision === number);
    const isOwn = revision !== undefined && isOfAttacker(revision.tags);
    return (
      dependsOnOther(request, watched) ??
      refused(jobName, "JobQueue", [nameOf(jobQueue)], at) ??
      refused(jobName, "JobDefinition", [name], at) ??
      refused(
        jobName,
        "ConsumableResource",
        consumablesNamedBy({ consumableResourceProperties: held }).consumables ?? [],
        at,
      ) ??
      (isOwn
        ? refused(jobName, "ConsumableResource", consumablesNamedBy(revision).consumables ?? [], at)
        : undefined) ??
      (isOwn ? lacksRole(jobName, revision, at) : undefined)
    );
  };
  const judgeDefinition = (call: CallRecord, at: number): string | undefined => {
    const revision = call.input as DefinitionRevision;
    const { jobDefinitionName: name } = revision;
    return (
      refused(name, "ConsumableResource", consumablesNamedBy(revision).consumables ?? [], at) ??
      lacksRole(name, revision, at)
    );
  };
  return {
    name: "nothing of a tenant runs with what its namespace may not use then",
    onObject(before, after) {
      rights.onObject(before, after);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "after" || call.by !== "operator") return undefined;
      const { tags } = call.input as { readonly tags?: Tags };
      if (!isOfAttacker(tags)) return undefined;
      const at = watched.releasedAt(call);
      if (call.operation === "SubmitJob") return judgeJob(call, at);
      return call.operation === "RegisterJobDefinition" ? judgeDefinition(call, at) : undefined;
    },
  };
};

/** How the job of another ends is not for the attacker to know. */
function dependsOnOther({ jobName, dependsOn = [] }: SubmitJobRequest, { aws }: Watched): string | undefined {
  const ids = dependsOn.map(({ jobId }) => jobId);
  const other = aws.truth.jobs().find(({ id, request }) => ids.includes(id) && isVictim(request.tags?.[namespaceTag]));
  return other && `${jobName} of ${attacker} waits for ${other.request.jobName}`;
}

function isOfAttacker(tags: Tags | undefined): boolean {
  return ownerIn(tags)?.namespace === attacker;
}
