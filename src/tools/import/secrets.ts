import { secretPlaceholder } from "../validation/placeholders.ts";
import type { Path } from "../validation/problem.ts";
import { type ProbableSecret, secretsIn } from "../validation/secrets.ts";
import { changedValue } from "./changes.ts";
import type { Members } from "./kinds.ts";

/** Values in the body of a job definition that are probably secrets: they are not written into a file. Pure. */

export interface WithoutSecrets {
  readonly spec: Members;
  /** What was taken out. */
  readonly secrets: readonly ProbableSecret[];
  /** How many values were checked at, and how many of them stay. */
  readonly checked: Checked;
}

export interface Checked {
  readonly values: number;
  readonly written: number;
}

/** @param kept names of values that a person has checked at, and that stay */
export function withoutSecrets(spec: Members, kept: readonly string[]): WithoutSecrets {
  const { secrets: all, values } = secretsIn(spec);
  const secrets = all.filter(({ name }) => !kept.includes(name));
  const cleared = secrets.reduce<unknown>((before, { path }) => withPlaceholder(before, path.slice(1)), spec);
  return { spec: cleared as Members, secrets, checked: { values, written: values - secrets.length } };
}

function withPlaceholder(spec: unknown, path: Path): unknown {
  return changedValue(spec, path, secretPlaceholder);
}
