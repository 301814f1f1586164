import { keyText } from "../../api/object.ts";
import { referencesOf } from "../../api/references.ts";
import { BatchJobKind, type KindName, kindOf } from "../../api/v1alpha1/kinds.ts";
import { isRecord } from "./defaults.ts";
import type { Finding } from "./problem.ts";
import { familyOf, type Named, type NamedObjects } from "./references.ts";

/** The override for each body of a job definition. */
const overrides: Readonly<Record<string, string>> = {
  containerProperties: "containerOverrides",
  ecsProperties: "ecsPropertiesOverride",
  eksProperties: "eksPropertiesOverride",
  nodeProperties: "nodeOverrides",
};

/** What AWS may refuse of a BatchJob: by itself, or with the definition and the jobs that it references, as the manifests say. */
export function jobWarnings(object: Named, objects: NamedObjects): Finding[] {
  const { kind, spec } = object;
  if (kind !== BatchJobKind.kind || !isRecord(spec)) return [];
  const fits = referencesOf(BatchJobKind, object).flatMap(({ to, key, path }): Finding[] => {
    const found = objects.find(to, key);
    if (found === undefined || !isRecord(found.spec)) return [];
    if (to === "JobDefinition") return otherBody(spec, found, found.spec);
    return to === BatchJobKind.kind ? otherSize(spec, path, found, found.spec) : [];
  });
  return [...emptyWords(spec), ...fits, ...otherPlatform(object, objects)];
}

/** A definition whose jobs cannot run in the environments of the queue. */
function otherPlatform(object: Named, objects: NamedObjects): Finding[] {
  const references = referencesOf(BatchJobKind, object);
  const queue = targets(object, "JobQueue", objects)[0];
  const definition = references.find(({ to }) => to === "JobDefinition");
  const spec = definition === undefined ? undefined : objects.find(definition.to, definition.key)?.spec;
  if (queue === undefined || definition === undefined || !isRecord(spec)) return [];
  const platform = platformOf(spec);
  const [family] = targets(queue, "BatchComputeEnvironment", objects).flatMap((one) => familyOf(one.spec) ?? []);
  if (family === undefined || family === platform) return [];
  // What AWS answers is known of these two; a job of another platform may be accepted, and stays RUNNABLE.
  const isRefused = [family, platform].every((one) => one === "EC2" || one === "Fargate");
  const { namespace, name } = definition.key;
  const message = `JobDefinition ${namespace}/${name} is for ${platform}, but JobQueue ${keyText(queue)} has environments of ${family}, so ${isRefused ? "AWS refuses the job" : "the job cannot start"}: use a queue with environments of ${platform}, or a definition for ${family}`;
  return [{ path: [...definition.path, "name"], message, found: name }];
}

function targets(object: Named, kind: KindName, objects: NamedObjects): readonly Named[] {
  return referencesOf(kindOf(object.kind), object).flatMap(({ to, key }) =>
    to === kind ? (objects.find(to, key) ?? []) : [],
  );
}

/** As `familyOf` calls the environments in which jobs of a definition can run. */
function platformOf({ platformCapabilities, eksProperties, nodeProperties }: Spec): string {
  const ranges: unknown = isRecord(nodeProperties) ? nodeProperties["nodeRangeProperties"] : undefined;
  const ofNodes: readonly unknown[] = Array.isArray(ranges) ? ranges : [];
  if ([{ eksProperties }, ...ofNodes].some((one) => isRecord(one) && one["eksProperties"] !== undefined)) return "EKS";
  const [capability = "EC2"]: readonly unknown[] = Array.isArray(platformCapabilities) ? platformCapabilities : [];
  if (capability === "FARGATE") return "Fargate";
  return capability === "MANAGED_INSTANCES" ? "ECS_MANAGED_INSTANCES" : String(capability);
}

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html */
function emptyWords({ containerOverrides }: Spec): Finding[] {
  const command = isRecord(containerOverrides) ? containerOverrides["command"] : undefined;
  const index = Array.isArray(command) ? command.indexOf("") : -1;
  if (index === -1) return [];
  const message = "AWS takes no empty word in a command: leave it out, or write the command as a script of sh -c";
  return [{ path: ["spec", "containerOverrides", "command", index], message }];
}

type Spec = Readonly<Record<string, unknown>>;

function otherBody(spec: Spec, { namespace, name }: Named, definition: Spec): Finding[] {
  const body = Object.keys(overrides).find((one) => definition[one] !== undefined);
  if (body === undefined) return [];
  return Object.values(overrides).flatMap((override): Finding[] => {
    if (spec[override] === undefined || override === overrides[body]) return [];
    const message = `JobDefinition ${namespace}/${name} has ${body}, so AWS refuses this: use ${overrides[body]}`;
    return [{ path: ["spec", override], message }];
  });
}

/** @param path of the reference, in its dependency */
function otherSize(spec: Spec, path: Finding["path"], { namespace, name }: Named, other: Spec): Finding[] {
  const [, list, index] = path;
  const dependencies = spec[String(list)];
  const dependency: unknown = Array.isArray(dependencies) ? dependencies[Number(index)] : undefined;
  if (!isRecord(dependency) || dependency["type"] !== "N_TO_N") return [];
  const [own, its] = [sizeOf(spec), sizeOf(other)];
  if (own === undefined || own === its) return [];
  const what = its === undefined ? "is not an array" : `has ${its} children, and this job ${own}`;
  const message = `with N_TO_N each child waits for the one of its index, but BatchJob ${namespace}/${name} ${what}: give both the same size`;
  return [{ path: ["spec", String(list), Number(index)], message }];
}

function sizeOf({ arrayProperties }: Spec): number | undefined {
  const size = isRecord(arrayProperties) ? arrayProperties["size"] : undefined;
  return typeof size === "number" ? size : undefined;
}
