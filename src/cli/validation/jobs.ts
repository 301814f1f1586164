import { referencesOf } from "../../api/references.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { isRecord } from "./defaults.ts";
import type { Finding } from "./problem.ts";
import type { Named, NamedObjects } from "./references.ts";

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
  return [...emptyWords(spec), ...fits];
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
