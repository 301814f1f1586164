import type { Reference } from "../../api/batch-kind.ts";
import type { KindName, OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import { isRecord } from "../validation/defaults.ts";
import type { Members } from "./kinds.ts";

/**
 * A spec with references to objects in place of names and ARNs, where there is such an object. Pure.
 *
 * @param nameOf the object for a resource
 */
export function referenced(
  spec: Members,
  { references }: OperatorKind,
  nameOf: (to: KindName, awsName: string) => string | undefined,
): Members {
  return references.reduce((whole, reference) => withReference(whole, reference, nameOf), spec);
}

function withReference(
  spec: Members,
  { to, path, awsPath }: Reference<KindName>,
  nameOf: (to: KindName, awsName: string) => string | undefined,
): Members {
  if (awsPath === undefined) return spec;
  const steps = awsPath.split(".");
  const [field, referenceField] = [steps.at(-1) ?? "", path.split(".").at(-1) ?? ""];
  return replaced(spec, steps.slice(0, -1), (holder) => {
    const text = holder[field];
    const name = typeof text === "string" ? nameOf(to, nameIn(text)) : undefined;
    if (name === undefined) return holder;
    const { [field]: _arn, ...others } = holder;
    return { ...others, [referenceField]: { name } };
  }) as Members;
}

/** A copy in which every map at a path is another one; `[]` at the end of a step is each item of a list. */
function replaced(value: unknown, steps: readonly string[], replace: (holder: Members) => Members): unknown {
  if (!isRecord(value)) return value;
  const [step, ...others] = steps;
  if (step === undefined) return replace(value);
  const key = step.replace(/\[\]$/, "");
  const member = value[key];
  if (member === undefined) return value;
  const inner =
    key !== step && Array.isArray(member)
      ? member.map((item: unknown) => replaced(item, others, replace))
      : replaced(member, others, replace);
  return { ...value, [key]: inner };
}
