import type { Condition, KubeObject } from "../../api/object.ts";
import { approveAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironmentSpec } from "../../api/v1alpha1/batch-compute-environment.ts";
import type { Plan } from "../../api/v1alpha1/common.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import { verdictOf } from "../../controllers/kinds/compute-environment/verdict.ts";
import { createdAtTag, retiredAtTag, servingSinceTag, verificationTag } from "../../controllers/ownership/ownership.ts";
import { approvalIn, awaitingApproval } from "../../controllers/pass/approval.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { shell } from "../../runtime/shell.ts";
import { describedIn, environmentStatus } from "./environments.ts";
import type { PageFacts } from "./known.ts";
import type { Approval, Part, Replacement, Step, StepState } from "./model.ts";

/** The step that only some specs ask for. */
export const verify = "Verify";

/** The steps of a replacement, as docs/design.md has them. */
const titles = ["Create", "Validate", verify, "Switch queues", "Soak", "Retire", "Drain", "Delete"] as const;
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
  known: PageFacts,
  hasKubectl: boolean,
): Replacement | undefined {
  if (object.kind !== BatchComputeEnvironmentKind.kind || object.metadata.deletionTimestamp !== undefined) {
    return undefined;
  }
  const current = currentStep(object);
  if (current === undefined) return undefined;
  const ends = endsOf(object, known);
  const { state, text } = positionOf(object, titles.indexOf(current) > titles.indexOf("Switch queues"));
  const all = titlesFor(object);
  const position = all.indexOf(current);
  const steps = all.map((title, index): Step => {
    if (index < position) return { title, state: "done", at: ends[title] };
    // It began when the step before it ended.
    const before = all[index - 1];
    return index > position ? { title, state: "open" } : { title, state, text, at: before && ends[before] };
  });
  const isFirst = !all.includes("Switch queues");
  return { summary: summaryOf(object, parts), isFirst, steps, approval: approvalOf(object, hasKubectl) };
}

/** The environment in AWS that is being created or whose predecessors are being removed; undefined at rest. Pure. */
export function targetUnderWay(object: KubeObject): string | undefined {
  return currentStep(object) === undefined ? undefined : environmentStatus(object).target;
}

/** Without an older environment, nothing is switched and retired. */
const titlesForFirst: readonly Title[] = ["Create", "Validate", verify];

/** The same, for events. */
export const titlesOfFirst: readonly string[] = titlesForFirst;

function titlesFor(object: KubeObject): readonly Title[] {
  const { serving, target, predecessors = [] } = environmentStatus(object);
  const isFirst = predecessors.length === 0 && (serving === undefined || serving === target);
  const all = isFirst ? titlesForFirst : titles;
  return isVerified(object) ? all : all.filter((title) => title !== verify);
}

/** Whether a job is to prove each new environment. */
function isVerified({ spec }: KubeObject): boolean {
  return (spec as BatchComputeEnvironmentSpec).replacement?.verify !== undefined;
}

/** What is planned is not under way where a dry run, a pause or a refusal holds it. */
function isHeld(object: KubeObject): boolean {
  return conditionsOf(object).some(
    ({ type, status }) => (type === "Stalled" && status === "True") || (type === "Synced" && status === "Unknown"),
  );
}

/** Why an object is not Ready while its environment is VALID, and no queue may name it. */
const verifying: ReadonlySet<string> = new Set(["Verifying", "VerificationFailed", "WaitingForDefinition"]);

function currentStep(object: KubeObject): Title | undefined {
  const { serving, target, status, predecessors = [] } = environmentStatus(object);
  if (target === undefined) {
    const creates = ["Create", "Replace"].includes(planOf(object)?.action ?? "");
    return creates && !isHeld(object) ? "Create" : undefined;
  }
  if (status === "CREATING" || status === "INVALID") return "Validate";
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  if (isVerified(object) && verifying.has(ready?.reason ?? "")) return verify;
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
  if (reason === awaitingApproval) return { state: "held", text: message };
  return { state: find("Stalled") === undefined ? "current" : "failed", text: message };
}

/** When a step ended, as far as the operator noted it in tags, so that AWS keeps it. */
function endsOf(object: KubeObject, known: PageFacts): Partial<Record<Title, string | undefined>> {
  const { target, predecessors = [] } = environmentStatus(object);
  const tagOf = (name: string | undefined, tag: string): string | undefined =>
    name === undefined ? undefined : describedIn(known, object, name)?.tags?.[tag];
  const retired = predecessors.map(({ name }) => tagOf(name, retiredAtTag)).filter((moment) => moment !== undefined);
  return {
    Create: tagOf(target, createdAtTag),
    [verify]: verdictOf({ tags: { [verificationTag]: tagOf(target, verificationTag) ?? "" } })?.at,
    "Switch queues": tagOf(target, servingSinceTag),
    Soak: retired.toSorted()[0],
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

/** By the step of `holdBefore` in the value of the annotation: what that approval begins, in the words of the page. */
const approvedSteps: Readonly<Record<string, string>> = {
  Create: "the step Create",
  Verify: "another attempt of the step Verify",
  Repoint: "the step Switch queues, which holdBefore calls Repoint",
  Delete: "the step Retire, which holdBefore calls Delete",
};

/** What a person does where the operator waits for approval. */
export function approvalOf(object: KubeObject, hasKubectl: boolean): Approval | undefined {
  const value = approvalIn(planOf(object));
  if (value === undefined) return undefined;
  const { namespace, name } = object.metadata;
  const of = `${BatchComputeEnvironmentKind.plural}/${name}`;
  const command = shell`kubectl annotate --overwrite -n ${namespace} ${of} ${`${approveAnnotation}=${value}`}`;
  const annotation = `${approveAnnotation}: "${value}"`;
  const step = /\/(\w+)@/.exec(value)?.[1] ?? "";
  return {
    what: approvedSteps[step] ?? "the next step",
    text: hasKubectl ? command : annotation,
    isCommand: hasKubectl,
  };
}
