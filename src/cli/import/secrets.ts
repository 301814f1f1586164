import { showsSpecValue } from "../../controllers/job-definition/shown-values.ts";
import { isRecord } from "../validation/defaults.ts";
import { secretPlaceholder } from "../validation/placeholders.ts";
import type { Path } from "../validation/problem.ts";
import { isPlainSecret } from "../validation/secrets.ts";
import type { Members } from "./kinds.ts";

/** Values in the body of a job definition that are probably secrets: they are not written into a file. Pure. */

export interface WithoutSecrets {
  readonly spec: Members;
  /** Of the values that were taken out, from the spec. */
  readonly secrets: readonly Path[];
}

export function withoutSecrets(spec: Members): WithoutSecrets {
  const secrets: Path[] = [];
  const cleared = (value: unknown, path: Path, name: string): unknown => {
    if (typeof value === "string") {
      if (showsSpecValue(path) || !isPlainSecret(name, value)) return value;
      secrets.push(path.slice(1));
      return secretPlaceholder;
    }
    if (Array.isArray(value)) return value.map((item: unknown, index) => cleared(item, [...path, index], ""));
    if (!isRecord(value)) return value;
    const own = typeof value["name"] === "string" ? value["name"] : undefined;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        key === "name" ? member : cleared(member, [...path, key], own !== undefined && key === "value" ? own : key),
      ]),
    );
  };
  return { spec: cleared(spec, ["spec"], "") as Members, secrets };
}
