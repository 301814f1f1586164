import type { Reference } from "../../../src/api/batch-kind.ts";
import { type KubeObject, keyText, type ObjectKey } from "../../../src/api/object.ts";
import { awsNamesIn, referencesOf } from "../../../src/api/references.ts";
import type { ConsumableResource } from "../../../src/api/v1alpha1/consumable-resource.ts";
import { ConsumableResourceKind, JobDefinitionKind } from "../../../src/api/v1alpha1/kinds.ts";
import { awsNameOf } from "../../../src/controllers/ownership/naming.ts";
import { ownerIn, quantitySetTag } from "../../../src/controllers/ownership/ownership.ts";
import { accessTo, type Sharing } from "../../../src/controllers/references/access.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import type { OperatorProcess } from "../process.ts";
import { inputOf, isOperatorWrite, nameOf, unseenMs } from "./reading.ts";

/** What somebody did to a revision is shown by the listing of every ten minutes. */
const revisionsSeenMs = 11 * 60_000;

/**
 * Promise 5: a consumable outlives what names it. When the operator deletes one, no spec of a definition names it, and no
 * revision of ours that jobs by name run.
 *
 * Not against it: a spec that was written within `unseenMs`, or of which the watch has lost the event (until the object is listed again,
 * in the time of promise 9; no revision has been registered by it, and none is once the consumable is gone); what somebody else did to
 * revisions before they are listed.
 */
export const consumablesLast: OracleFactory = (watched) => {
  let specAt = Number.NEGATIVE_INFINITY;
  let revisionAt = Number.NEGATIVE_INFINITY;
  return {
    name: "5 a consumable outlives what names it",
    onObject(before, after) {
      // One that is being deleted names the same until it is gone.
      const isWritten = after?.kind === "JobDefinition" && after.metadata.deletionTimestamp === undefined;
      const isNew = before?.metadata.generation !== after?.metadata.generation;
      if (isWritten && isNew) specAt = watched.clock.monotonic();
      return undefined;
    },
    onAws(change, by) {
      if (change.kind === "jobDefinition" && (by === undefined || !isOperatorWrite(by))) {
        revisionAt = watched.clock.monotonic();
      }
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "after" || call.operation !== "DeleteConsumableResource" || !isOperatorWrite(call))
        return undefined;
      const sentAt = watched.releasedAt(call);
      if (sentAt - specAt <= unseenMs) return undefined;
      const name = nameOf(inputOf<{ readonly consumableResource?: string }>(call).consumableResource);
      const bySpec = watched.store
        .objects(JobDefinitionKind)
        .filter((one) => names(one, name) && mayName(one.metadata.namespace, name, watched))
        .filter((one) => wasShownTo(watched.callerOf(call), one));
      const byRevision = sentAt - revisionAt <= revisionsSeenMs ? [] : revisionsWith(watched, name);
      const [user] = [...bySpec.map(({ metadata }) => keyText(metadata)), ...byRevision];
      return user === undefined ? undefined : `${call.operation} ${name}, which ${user} names`;
    },
  };
};

/** Whoever writes the name of what it may not use keeps nobody from deleting it. */
function mayName(namespace: string, awsName: string, { store }: Watched): boolean {
  const object = store
    .objects(ConsumableResourceKind)
    .find((one) => awsNameOf(ConsumableResourceKind, one) === awsName);
  return object === undefined || accessTo(object as Sharing, namespace, undefined).kind === "allowed";
}

/** Whether the process holds this spec of a definition. */
function wasShownTo(process: OperatorProcess | undefined, { metadata }: KubeObject): boolean {
  const held = process?.composed.operator.runtime.cache(JobDefinitionKind).get(metadata)?.metadata;
  return held?.uid === metadata.uid && held.generation === metadata.generation;
}

function names({ metadata: { namespace }, spec }: KubeObject, awsName: string): boolean {
  const references = referencesOf(JobDefinitionKind, { namespace, spec });
  return (
    references.some(({ to, key }) => to === "ConsumableResource" && defaultName(key) === awsName) ||
    JobDefinitionKind.references.some((reference: Reference) => awsNamesIn(reference, spec).includes(awsName))
  );
}

/** The highest ACTIVE revisions of ours that name it. */
function revisionsWith(watched: Watched, awsName: string): readonly string[] {
  const { aws, cluster } = watched;
  const active = aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
  const highest = active.filter((one) =>
    active.every((other) => other.jobDefinitionName !== one.jobDefinitionName || other.revision <= one.revision),
  );
  return highest
    .filter(({ tags }) => {
      const owner = ownerIn(tags);
      return owner?.cluster === cluster().name && mayName(owner.namespace, awsName, watched);
    })
    .filter(({ consumableResourceProperties: held }) =>
      (held?.consumableResourceList ?? []).some(({ consumableResource }) => nameOf(consumableResource) === awsName),
    )
    .map(({ jobDefinitionName, revision }) => `${jobDefinitionName}:${revision}`);
}

interface Refills {
  /** Tokens of AWS's that the operator has sent: AWS takes a repeated one for the same request. */
  readonly sent: Set<string>;
  /** How often a person has given another `quantityToken`. */
  asked: number;
}

/** A NON_REPLENISHABLE consumable is refilled at most once for each new `quantityToken`: jobs would use up what nobody has. */
export const refilledOnce: OracleFactory = (watched) => {
  /** By name in AWS. */
  const refills = new Map<string, Refills>();
  /** By name in AWS: the token of the spec. */
  const tokens = new Map<string, string | undefined>();
  const entryOf = (name: string): Refills => {
    const entry = refills.get(name) ?? { sent: new Set<string>(), asked: 0 };
    refills.set(name, entry);
    return entry;
  };
  return {
    name: "a consumable is refilled once for each token",
    onObject(_before, after) {
      if (after?.kind !== "ConsumableResource") return undefined;
      const { quantityToken } = (after as ConsumableResource).spec;
      const name = defaultName(after.metadata);
      if (tokens.get(name) !== quantityToken) entryOf(name).asked++;
      tokens.set(name, quantityToken);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "before" || !isOperatorWrite(call) || call.outcome.kind === "refused") return undefined;
      if (call.operation === "CreateConsumableResource") {
        const { consumableResourceName = "", tags } = inputOf<Creation>(call);
        const noted = /^0\/(.*)$/.exec(tags?.[quantitySetTag] ?? "")?.[1];
        const isOlder = noted !== (tokens.get(consumableResourceName) ?? "");
        refills.set(consumableResourceName, { sent: new Set(), asked: isOlder ? 1 : 0 });
        return undefined;
      }
      if (call.operation !== "UpdateConsumableResource") return undefined;
      const { consumableResource, clientToken } = inputOf<Setting>(call);
      const name = nameOf(consumableResource);
      const found = watched.aws.truth.consumableResources().find((one) => one.consumableResourceName === name);
      if (found?.resourceType !== "NON_REPLENISHABLE") return undefined;
      const entry = entryOf(name);
      entry.sent.add(clientToken ?? `none, ${entry.sent.size}`);
      if (entry.sent.size <= entry.asked) return undefined;
      return `${name} was refilled ${entry.sent.size} times, for ${entry.asked} new tokens`;
    },
  };
};

interface Creation {
  readonly consumableResourceName?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

interface Setting {
  readonly consumableResource?: string;
  readonly clientToken?: string;
}

/** In worlds each has its default name. */
function defaultName({ namespace, name }: ObjectKey): string {
  return `${namespace}_${name}`;
}
