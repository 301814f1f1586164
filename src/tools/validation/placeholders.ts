import { isRecord } from "./defaults.ts";
import type { Path } from "./problem.ts";

/** What a manifest has in the place of a value that is probably a secret, and that `import` has left out. Pure. */

/** What the text in a file says in the place of such a value. */
export const secretPlaceholder = "TODO";

/**
 * What a person does about a value that is probably a secret.
 * @param path of the value
 * @param name of its variable or option
 */
export function secretAdvice(path: Path, name: string): string {
  const place = path.findLast((step) => typeof step === "string" && advised.has(step));
  if (path.some((step) => isOfEks(step)))
    return "Keep it in a Kubernetes Secret that the pod mounts as a volume, and remove this entry";
  const shown = /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
  const list = advised.get(String(place));
  return list === undefined
    ? "Keep it in AWS Secrets Manager or SSM Parameter Store, let secrets give it to the container as a variable, and read that here"
    : `Keep it in AWS Secrets Manager or SSM Parameter Store, add {name: ${shown}, valueFrom: its ARN} under ${list}, and remove this entry`;
}

/** Members whose values a reference can take the place of, and the member that has the reference. */
const advised: ReadonlyMap<string, string> = new Map([
  ["environment", "secrets"],
  ["options", "secretOptions"],
]);

function isOfEks(step: string | number): boolean {
  return step === "eksProperties" || step === "eksPropertiesOverride";
}

/** Where values of an object still wait for a person. */
export function placeholdersIn(value: unknown, path: Path = []): readonly Path[] {
  if (value === secretPlaceholder) return [path];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => placeholdersIn(item, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => placeholdersIn(member, [...path, key]));
}

/** The name of a value: of its variable if it is the value of one. */
export function nameAt(value: unknown, path: Path): string {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((held, step) => (held as Record<string | number, unknown>)[step], value);
  const key = path.at(-1);
  return key === "value" && isRecord(holder) && typeof holder["name"] === "string" ? holder["name"] : String(key);
}
