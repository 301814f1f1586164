import type { StructuralSchema } from "../../api/crd.ts";
import { arnForms } from "../../api/v1alpha1/arns.ts";

/** What a schema node expects, for people. */

/** Patterns of the schemas in words. A test checks that none is missing. */
const patternWords: ReadonlyMap<string, string> = new Map([
  ...Object.values(arnForms).map(({ pattern, words }) => [pattern.source, words] as const),
  ["^[A-Za-z0-9][A-Za-z0-9_-]*$", "letters, digits, - and _, beginning with a letter or digit"],
  ["^[A-Za-z0-9_-]+$", "letters, digits, - and _"],
  ["^[0-9A-Za-z_-]+[*]?$", "letters, digits, - and _, with * only at the end"],
  ["^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "a Kubernetes name: lower-case letters, digits and -"],
  [
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    "a Kubernetes name: lower-case letters, digits, - and dots",
  ],
  ["^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", "an AWS region, e.g. eu-central-1"],
  ["^arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy\\/[!-~]+$", "an ARN of a managed policy of IAM"],
  ["^[A-Za-z0-9][A-Za-z0-9_+=,.@-]*$", "letters, digits and any of _+=,.@-, beginning with a letter or digit"],
  ["^[A-Za-z0-9][A-Za-z0-9_.-]*$", "letters, digits, dots, - and _, beginning with a letter or digit"],
  ["^[A-Za-z0-9_-]+[*]?$", "letters, digits, - and _, with * only at the end"],
  [
    "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "a job ID as AWS gives it, e.g. 1f0c9a52-3b7d-4e1a-8c55-9d2e6f7a8b90",
  ],
  ["^subnet-[0-9a-z]+$", "a subnet ID, e.g. subnet-0a1b2c3d"],
  ["^vpc-[0-9a-z]+$", "a VPC ID, e.g. vpc-0a1b2c3d"],
  ["^sg-[0-9a-z]+$", "a security group ID, e.g. sg-0a1b2c3d"],
  ["^[0-9]{1,5}(-[0-9]{1,5})?$", "a port or a range of ports, e.g. '443' or 1024-65535"],
  [
    "^(self|sg-[0-9a-z]+|pl-[0-9a-z]+|([0-9.]+|[0-9a-f:]+)\\/[0-9]{1,3})$",
    "a CIDR block such as 10.0.0.0/16, the ID of a security group or prefix list, or self",
  ],
  ["^lt-[0-9a-z]+$", "a launch template ID, e.g. lt-0a1b2c3d"],
  ["^[A-Za-z0-9().\\-/_]+$", "letters, digits and ().-/_"],
  ["^([$]Default|[$]Latest|[0-9]+)$", "a version number, $Default or $Latest"],
  ["^[a-z0-9][a-z0-9.-]*$", "the last part of the name of an AWS service, e.g. ecs-agent or ecr.api"],
  ["^[a-z0-9_.-]+$", "an instance type, family or bundle, e.g. m7i.large, m7i or optimal"],
  ["^(NUM_INSTANCES|ml[.][0-9A-Za-z.-]+)$", "NUM_INSTANCES, or an instance type of SageMaker, e.g. ml.m5.large"],
  ["^ml[.][0-9A-Za-z.-]+$", "an instance type of SageMaker, e.g. ml.m5.large"],
  ["^[^ @]+( [^ ]+){4}$", "five fields as of a CronJob, e.g. 0 2 * * SAT"],
  ["^[A-Za-z0-9_+/-]+$", "a time zone, e.g. Europe/Berlin"],
  ["^[ -~]+$", "printable ASCII"],
  ["^[A-Za-z0-9 _.:/=+@-]+$", "letters, digits, spaces and _.:/=+@-"],
  ["^[A-Za-z0-9_.:/#@-]+$", "an image, e.g. public.ecr.aws/docker/library/busybox:1.36"],
  ["^[0-9]+([.][0-9]+)?$", "a number in quotes, e.g. '2' or '0.25'"],
  ["^(LINUX|WINDOWS_SERVER_[0-9A-Z_]+)$", "LINUX or WINDOWS_SERVER_…"],
  ["^(LATEST|[0-9]+[.][0-9]+[.][0-9]+)$", "LATEST or a version such as 1.4.0"],
  ["^[A-Za-z0-9_][A-Za-z0-9_-]{0,30}(:[A-Za-z0-9_][A-Za-z0-9_-]{0,30})?$", "user or user:group, by name or number"],
  ["^[0-9]*:[0-9]*$", "a range of node numbers, e.g. 0:3"],
  ["^[A-Za-z0-9.:\\s]*[*]?$", "letters, digits, dots, colons and spaces, with * only at the end"],
  ["^[0-9]*[*]?$", "digits, with * only at the end"],
]);

export function patternText(pattern: string): string {
  return patternWords.get(pattern) ?? `text that matches ${pattern}`;
}

/** The name of a type, with article. */
export function typeText(type: StructuralSchema["type"]): string {
  return {
    object: "a map",
    array: "a list",
    string: "text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
  }[type];
}

/** A value of a schema, in YAML of one line, so that its shape can be seen: `{attemptDurationSeconds: 60}`. */
export function exampleText(schema: StructuralSchema, depth = 0): string {
  const { type, enum: values, items, properties, required = [], additionalProperties, minimum = 1 } = schema;
  if (values !== undefined) return String(values[0]);
  if (depth > 2) return "…";
  switch (type) {
    case "integer":
    case "number":
      return String(Math.max(minimum, 1));
    case "boolean":
      return "true";
    case "array":
      return `[${items === undefined ? "…" : exampleText(items, depth + 1)}]`;
    case "object": {
      const names = Object.keys(properties ?? {}).filter((name) => !isRefused(name, schema));
      const shown = [...new Set([...required, ...names])].slice(0, Math.max(required.length, 2));
      const members = shown.flatMap((name) => {
        const member = properties?.[name];
        return member === undefined ? [] : [`${name}: ${exampleText(member, depth + 1)}`];
      });
      return `{${additionalProperties === undefined ? members.join(", ") : "NAME: VALUE"}}`;
    }
    case "string":
      return "TEXT";
  }
}

/** Whether a rule refuses a member whatever it says: it is there for what was stored before. */
function isRefused(member: string, { "x-kubernetes-validations": rules = [] }: StructuralSchema): boolean {
  return rules.some(({ rule }) => rule === `!has(self.${member})`);
}

/** In place of a text that YAML reads as something else without quotes: `n` as false, `1e3` as 1000. */
export const inQuotes = "a string: put it in quotes";

/** Whether a value may be meant as text, and has no quotes. */
export function lacksQuotes(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean";
}

export function oneOfText(values: readonly unknown[]): string {
  const texts = values.map((value) => (value === "" ? '""' : String(value)));
  const last = texts.at(-1) ?? "";
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(", ")} or ${last}`;
}
