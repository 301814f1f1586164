import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { argocdScripts } from "../../../scripts/argocd.ts";
import { customResourceDefinitions } from "../../../scripts/crds.ts";
import type { Condition, KubeObject } from "../../../src/api/object.ts";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { workflowsDirectory } from "../../examples/examples.ts";
import { gitops, goProgram } from "../control-plane/go-program.ts";
import { printProgress } from "../control-plane/parts.ts";
import { runOrFail } from "../control-plane/run.ts";

/** What the tools that wait for an object say of it, each by its own code. */
export interface Verdict {
  /** kstatus, as Flux and Helm 4 use it: Current, InProgress, Failed, Terminating. */
  readonly kstatus: string;
  readonly kstatusMessage: string;
  /** Argo CD, by our script in its interpreter. */
  readonly health: { readonly status: string; readonly message: string };
  readonly actions: Readonly<Record<string, { readonly disabled?: boolean }>>;
  /** The object after each action. */
  readonly results: Readonly<Record<string, KubeObject>>;
  /** What a step of the example for Argo Workflows does that waits for the object; empty: the object is not a job. */
  readonly workflow: "succeeded" | "failed" | "waiting" | "";
  /** Whether `kubectl wait --for=condition=Ready` returns. */
  readonly waited: boolean;
}

/** @param stored as the store of a test has them; the tools see them with the defaults that the API server fills in */
export async function judge(stored: readonly KubeObject[]): Promise<readonly Verdict[]> {
  const objects = stored.map(asServed);
  const program = await goProgram(gitops, printProgress);
  const scripts = Object.fromEntries(kinds.map((kind) => [kind.kind, argocdScripts(kind)]));
  const workflows = { BatchJob: workflowStep() };
  const answer = await runOrFail(program, [], { input: JSON.stringify({ objects, scripts, workflows }) });
  return (JSON.parse(answer) as Omit<Verdict, "waited">[]).map((verdict, index) => ({
    ...verdict,
    waited: kubectlWaits(objects[index] as KubeObject),
  }));
}

/** The part of the example's Workflow that creates a BatchJob and waits for it. */
export interface WorkflowStep {
  readonly successCondition: string;
  readonly failureCondition: string;
  /** YAML, with expressions of Argo Workflows. */
  readonly manifest: string;
}

export function workflowStep(): WorkflowStep {
  const { spec } = load(readFileSync(join(workflowsDirectory, "argo-workflow.yaml"), "utf8")) as {
    readonly spec: { readonly templates: readonly { readonly resource?: WorkflowStep }[] };
  };
  const [step] = spec.templates.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
  if (step === undefined) throw new Error("the Workflow has no resource template");
  return step;
}

const defaultStatus = new Map(
  customResourceDefinitions().map(({ spec }) => [
    spec.names.kind,
    spec.versions[0]?.schema.openAPIV3Schema.properties?.["status"]?.default,
  ]),
);

/** The object as the API server gives it: before there is a status, with the default of the schema. */
export function asServed(object: KubeObject): KubeObject {
  return object.status === undefined ? { ...object, status: defaultStatus.get(object.kind) } : object;
}

/** As kubectl's `wait`: a condition that is older than the spec does not count. */
function kubectlWaits(object: KubeObject): boolean {
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  const ready = conditions.find(({ type }) => type === "Ready");
  return ready?.status === "True" && (ready.observedGeneration ?? 0) >= object.metadata.generation;
}
