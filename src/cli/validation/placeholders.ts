import { isRecord } from "./defaults.ts";
import type { Path } from "./problem.ts";

/** What a manifest has in the place of a value that is probably a secret, and that `import` has left out. Pure. */

/** What the text in a file says in the place of such a value. */
export const secretPlaceholder = "TODO";

/** What a person does about it. */
export const secretAdvice =
  "Keep it in AWS Secrets Manager, name its ARN under secrets (name, valueFrom), and remove this entry";

/** Where values of an object still wait for a person. */
export function placeholdersIn(value: unknown, path: Path = []): readonly Path[] {
  if (value === secretPlaceholder) return [path];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => placeholdersIn(item, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => placeholdersIn(member, [...path, key]));
}
