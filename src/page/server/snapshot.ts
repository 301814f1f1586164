import { type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { awsNamesIn, referencesOf } from "../../api/references.ts";
import type { ConsumableResourceStatus } from "../../api/v1alpha1/consumable-resource.ts";
import { JobQueueKind, kindOf } from "../../api/v1alpha1/kinds.ts";
import type { QuotaShareSpec } from "../../api/v1alpha1/quota-share.ts";
import { countText } from "../../aws/queue-jobs.ts";
import { type ObjectRow, type Phase, rowOf } from "../../tools/local/rows.ts";
import { environmentParts } from "./environments.ts";
import { type JobsRead, ownedKey, type PageFacts } from "./known.ts";
import type { Item, Jobs, Referenced, Snapshot, State } from "./model.ts";
import { nameOf } from "./place.ts";
import { withStop } from "./problem.ts";
import { replacementOf } from "./replacement.ts";

/** One snapshot of all that is known, for the page. Pure. */
export function snapshotOf(known: PageFacts, hasKubectl: boolean): Snapshot {
  const ids = new Set(known.objects.map(idOf));
  const items = known.objects.map((object): [string, Item] => [
    idOf(object),
    shownItem(object, known, ids, hasKubectl),
  ]);
  return { problems: known.aws.problems, items: Object.fromEntries(items) };
}

/** Whoever may write a status may write what no operator writes: then one object cannot be shown, and all others can. */
function shownItem(object: KubeObject, known: PageFacts, ids: ReadonlySet<string>, hasKubectl: boolean): Item {
  try {
    return itemOf(object, known, ids, hasKubectl);
  } catch (error) {
    const { kind, metadata } = object;
    return {
      id: idOf(object),
      kind,
      namespace: metadata.namespace,
      name: metadata.name,
      state: "Unknown",
      reason: "NotShown",
      message: `The page cannot show what this object reports: ${withStop(error)}`,
      warnings: [],
      facts: [],
      references: [],
      environments: [],
    };
  }
}

function itemOf(object: KubeObject, known: PageFacts, ids: ReadonlySet<string>, hasKubectl: boolean): Item {
  const row = rowOf(object, "present");
  const environments = environmentParts(object, known);
  return {
    id: idOf(object),
    kind: object.kind,
    namespace: row.namespace,
    name: row.name,
    state: stateOf(row),
    reason: row.reason,
    message: row.message,
    warnings: row.warnings,
    awsName: nameOf(object),
    facts: factsOf(object, row),
    references: referencedBy(object, ids),
    environments,
    jobs: jobsOf(object, known),
    replacement: replacementOf(object, environments, known, hasKubectl),
  };
}

const states: Readonly<Record<Phase, State>> = {
  ready: "Current",
  pending: "InProgress",
  working: "InProgress",
  stalled: "Failed",
  held: "Unknown",
  removed: "Unknown",
};

function stateOf({ phase, deleting, warnings, awaits }: ObjectRow): State {
  if (phase === "stalled") return "Failed";
  if (awaits !== undefined && phase !== "held" && phase !== "removed") return "AwaitingApproval";
  if (deleting) return "Terminating";
  return phase === "ready" && warnings.length > 0 ? "CannotRunJobs" : states[phase];
}

export function idOf({ kind, metadata }: KubeObject): string {
  return idFor(kind, metadata);
}

export function idFor(kind: string, key: ObjectKey): string {
  return `${kind}/${keyText(key)}`;
}

function factsOf({ spec, status }: KubeObject, { awsState }: ObjectRow): readonly string[] {
  const { type, serviceEnvironmentType, resourceType, priority, computeResources, ...more } = spec as {
    readonly type?: string;
    readonly serviceEnvironmentType?: string;
    readonly resourceType?: string;
    readonly priority?: number;
    readonly computeResources?: { readonly type?: string };
    readonly resourceSharingConfiguration?: QuotaShareSpec["resourceSharingConfiguration"];
    readonly capacityLimits?: QuotaShareSpec["capacityLimits"];
  };
  const facts = [
    computeResources?.type ?? type ?? serviceEnvironmentType ?? resourceType,
    priority === undefined ? undefined : `priority ${priority}`,
    awsState === "" ? undefined : awsState,
    inUseText(status),
    ...shareFacts(more),
  ];
  return facts.filter((fact) => fact !== undefined);
}

/** What a quota share has, and what becomes of it while it is not used; nothing: another kind. */
function shareFacts({
  resourceSharingConfiguration: sharing,
  capacityLimits = [],
}: Partial<Pick<QuotaShareSpec, "resourceSharingConfiguration" | "capacityLimits">>): readonly string[] {
  if (sharing === undefined) return [];
  return [...capacityLimits.map(({ capacityUnit, maxCapacity }) => `${maxCapacity} ${capacityUnit}`), sharing.strategy];
}

/** How much of a consumable jobs hold, as AWS counts it, e.g. `1 of 2 in use`; undefined: not known, or another kind. */
export function inUseText(status: unknown): string | undefined {
  const { inUseQuantity: held, totalQuantity: total } = (status ?? {}) as ConsumableResourceStatus;
  return held === undefined || total === undefined ? undefined : `${held} of ${total} in use`;
}

/** References to objects first, in the order of the spec. */
function referencedBy(object: KubeObject, ids: ReadonlySet<string>): readonly Referenced[] {
  const kind = kindOf(object.kind);
  const { namespace } = object.metadata;
  const objects = referencesOf(kind, { namespace, spec: object.spec }).map(({ to, key, use }): Referenced => {
    const id = idFor(to, key);
    return { kind: to, id, label: key.namespace === namespace ? key.name : keyText(key), exists: ids.has(id), use };
  });
  const names = kind.references.flatMap((reference) =>
    awsNamesIn(reference, object.spec).map(
      (label): Referenced => ({ kind: reference.to, label, exists: true, use: reference.use }),
    ),
  );
  return [...objects, ...names];
}

function jobsOf(object: KubeObject, { aws }: PageFacts): Jobs | undefined {
  const name = nameOf(object);
  if (object.kind !== JobQueueKind.kind || name === undefined) return undefined;
  const read = aws.jobs.get(ownedKey(object.metadata.uid, name));
  return read === undefined ? undefined : shownJobs(read);
}

function shownJobs({ counts, readAt }: JobsRead): Jobs {
  return {
    counts: Object.entries(counts).map(([status, count]) => ({
      status: status.toUpperCase(),
      count: countText(count),
    })),
    readAt: new Date(readAt).toISOString(),
  };
}
