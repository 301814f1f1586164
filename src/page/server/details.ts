import type { KubeObject } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import { referencesOf } from "../../api/references.ts";
import type { Plan as PlanStatus } from "../../api/v1alpha1/common.ts";
import { BatchComputeEnvironmentKind, BatchJobKind, kindOf } from "../../api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { pastReplacements } from "./history.ts";
import type { Details, Events, Plan } from "./model.ts";
import { targetUnderWay } from "./replacement.ts";
import { idFor, idOf, inUseText } from "./snapshot.ts";

/** Everything that is known of one object. Pure. */
export function detailsOf(object: KubeObject, objects: readonly KubeObject[], events: Events): Details {
  return {
    id: idOf(object),
    conditions: conditionsOf(object).map(({ type, status, reason, message, lastTransitionTime }) => ({
      type,
      status,
      reason,
      message,
      lastTransitionTime,
    })),
    facts: factsOf(object),
    plan: planOf(object),
    jobId: object.kind === BatchJobKind.kind ? ((object.status ?? {}) as Shown).jobId : undefined,
    referencedBy: objects.filter((other) => references(other, idOf(object))).map((other) => linkTo(other, object)),
    past: isEnvironment(object) ? pastReplacements(events.lines, targetUnderWay(object)) : [],
    events: { ...events, lines: events.lines.toSorted((left, right) => (left.at < right.at ? 1 : -1)) },
  };
}

function isEnvironment({ kind }: KubeObject): boolean {
  return kind === BatchComputeEnvironmentKind.kind;
}

function references(object: KubeObject, id: string): boolean {
  const { namespace } = object.metadata;
  return referencesOf(kindOf(object.kind), { namespace, spec: object.spec }).some(
    ({ to, key }) => idFor(to, key) === id,
  );
}

function linkTo(object: KubeObject, from: KubeObject): Details["referencedBy"][number] {
  const { namespace, name } = object.metadata;
  return { id: idOf(object), label: namespace === from.metadata.namespace ? name : keyText(object.metadata) };
}

/** The parts of every status that the page shows. */
interface Shown {
  readonly name?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly state?: string;
  readonly status?: string;
  readonly statusReason?: string;
  readonly plan?: PlanStatus;
  readonly jobId?: string;
}

function factsOf({ metadata, status }: KubeObject): Details["facts"] {
  const { name, arn, accountId, region, state, status: inAws, statusReason } = (status ?? {}) as Shown;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Name in AWS", name],
    ["State in AWS", [state, inAws].filter((part) => part !== undefined).join(", ")],
    ["AWS's reason", statusReason],
    ["Quantity", inUseText(status)],
    ["ARN", arn],
    ["Account", accountId],
    ["Region", region],
    ["Generation", String(metadata.generation)],
    ["Created", metadata.creationTimestamp],
    ["Deletion requested", metadata.deletionTimestamp],
  ];
  return facts.flatMap(([label, value]) => (value === undefined || value === "" ? [] : [[label, value] as const]));
}

/** A plan without a difference is not worth a table. */
function planOf({ status }: KubeObject): Plan | undefined {
  const plan = ((status ?? {}) as Shown).plan;
  if (plan === undefined || (plan.action === "None" && plan.changes.length === 0)) return undefined;
  const { action, reason, changes } = plan;
  return { action, reason, changes: changes.map(({ path, kind, why }) => ({ path, kind, reason: why })) };
}
