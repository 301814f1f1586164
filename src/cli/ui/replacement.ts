import type { Condition, KubeObject } from "../../api/object.ts";
import { approveAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { Plan } from "../../api/v1alpha1/common.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import { approvalIn } from "../../controllers/approval.ts";
import { conditionsOf } from "../../controllers/conditions.ts";
import { createdAtTag, retiredAtTag, servingSinceTag } from "../../controllers/ownership.ts";
import { shell } from "../../runtime/shell.ts";
import { describedIn, environmentStatus } from "./environments.ts";
import type { Known } from "./known.ts";
import type { Approval, Part, Replacement, Step, StepState } from "./model.ts";

/** The steps of a replacement, as docs/design.md has them. */
const titles = ["Create", "Validate", "Switch queues", "Soak", "Retire", "Drain", "Delete"] as const;
type Title = (typeof titles)[number];

/** The same, for events. */
export const stepTitles: readonly string[] = titles;

/** A step of `status.predecessors`, as a step of the replacement. */
const stepOfPredecessor: Readonly<Record<string, Title>> = {
  Standby: "Soak",
  Soaking: "Soak",
  AwaitingApproval: "Retire",
  InUse: "Retire",
  Disabling: "Retire",
  Draining: "Drain",
  Deleting: "Delete",
  DeleteFailed: "Delete",
};

/** What an environment goes through until its present generation serves alone; undefined at rest. Pure. */
export function replacementOf(
  object: KubeObject,
  parts: readonly Part[],
  known: Known,
  hasKubectl: boolean,
): Replacement | undefined {
  if (object.kind !== BatchComputeEnvironmentKind.kind || object.metadata.deletionTimestamp !== undefined) {
    return undefined;
  }
  const current = currentStep(object);
  if (current === undefined) return undefined;
  const at = timesOf(object, known);
  const { state, text } = positionOf(object, titles.indexOf(current) > titles.indexOf("Switch queues"));
  const steps = titlesFor(object).map((title, index, all): Step => {
    const position = index - all.indexOf(current);
    if (position === 0) return { title, state, at: at[title], text };
    return { title, state: position < 0 ? "done" : "open", at: position < 0 ? at[title] : undefined };
  });
  return { summary: summaryOf(object, parts), steps, approval: approvalOf(object, hasKubectl) };
}

/** The environment in AWS that is being created or whose predecessors are being removed; undefined at rest. Pure. */
export function targetUnderWay(object: KubeObject): string | undefined {
  return currentStep(object) === undefined ? undefined : environmentStatus(object).target;
}

/** Without an older environment, nothing is switched and retired. */
function titlesFor(object: KubeObject): readonly Title[] {
  const { serving, target, predecessors = [] } = environmentStatus(object);
  const isFirst = predecessors.length === 0 && (serving === undefined || serving === target);
  return isFirst ? ["Create", "Validate"] : titles;
}

function currentStep(object: KubeObject): Title | undefined {
  const { serving, target, status, predecessors = [] } = environmentStatus(object);
  if (target === undefined) return ["Create", "Replace"].includes(planOf(object)?.action ?? "") ? "Create" : undefined;
  if (status === "CREATING" || status === "INVALID") return "Validate";
  if (serving !== target) return serving === undefined && predecessors.length === 0 ? "Validate" : "Switch queues";
  const steps = predecessors.map(({ step }) => titles.indexOf(stepOfPredecessor[step] ?? "Retire"));
  return steps.length === 0 ? undefined : titles[Math.min(...steps)];
}

/** How the current step is, in the words of the condition that reports it. */
function positionOf(object: KubeObject, serves: boolean): { readonly state: StepState; readonly text: string } {
  const conditions = conditionsOf(object);
  const find = (type: string): Condition | undefined =>
    conditions.find((condition) => condition.type === type && (type === "Ready" || condition.status === "True"));
  const { reason = "", message = "" } = (serves ? find("Retiring") : undefined) ?? find("Ready") ?? {};
  if (reason === "AwaitingApproval") return { state: "held", text: message };
  return { state: find("Stalled") === undefined ? "current" : "failed", text: message };
}

/** The moments that the operator noted in tags, so that AWS keeps them. */
function timesOf(object: KubeObject, known: Known): Partial<Record<Title, string | undefined>> {
  const { target, predecessors = [] } = environmentStatus(object);
  const tagOf = (name: string | undefined, tag: string): string | undefined =>
    name === undefined ? undefined : describedIn(known, object, name)?.tags?.[tag];
  const retired = predecessors.map(({ name }) => tagOf(name, retiredAtTag)).filter((moment) => moment !== undefined);
  const servingSince = tagOf(target, servingSinceTag);
  return {
    Create: tagOf(target, createdAtTag),
    "Switch queues": servingSince,
    Soak: servingSince,
    Retire: retired.toSorted()[0],
  };
}

function summaryOf(object: KubeObject, parts: readonly Part[]): string {
  const { serving, target, predecessors = [] } = environmentStatus(object);
  const older = parts.filter(({ name }) => name !== target).map(({ name }) => name);
  const successor = target ?? "a new environment";
  if (older.length === 0) return `creates ${target ?? "an environment"}`;
  const replaced = serving === target || predecessors.length > 0 ? "replaces" : "is to replace";
  return `${successor} ${replaced} ${older.join(", ")}`;
}

function planOf({ status }: KubeObject): Plan | undefined {
  return (status as { readonly plan?: Plan } | undefined)?.plan;
}

/** What a person does where the operator waits for approval. */
export function approvalOf(object: KubeObject, hasKubectl: boolean): Approval | undefined {
  const value = approvalIn(planOf(object));
  if (value === undefined) return undefined;
  const { namespace, name } = object.metadata;
  const of = `${BatchComputeEnvironmentKind.plural}/${name}`;
  const command = shell`kubectl annotate --overwrite -n ${namespace} ${of} ${`${approveAnnotation}=${value}`}`;
  const annotation = `${approveAnnotation}: "${value}"`;
  const step = /\/(\w+)@/.exec(value)?.[1];
  return {
    what: step === undefined ? "the next step" : `the step ${step}`,
    text: hasKubectl ? command : annotation,
    isCommand: hasKubectl,
  };
}
