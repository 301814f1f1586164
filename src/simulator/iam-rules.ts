import type { Tag } from "@aws-sdk/client-iam";
import { iamRefusal } from "./iam-policies.ts";
import { Refusal } from "./refusals.ts";

/** Rules of IAM for names, paths and tags, with its error messages. */

const mostTags = 50;

/** @param member its name on the wire, e.g. `roleName`. @throws Refusal */
export function checkName(name: string | undefined, member: string, longest: 64 | 128): asserts name is string {
  if (name === undefined || name === "") throw constraint(name ?? "", member, "have length greater than or equal to 1");
  if (name.length > longest) throw constraint(name, member, `have length less than or equal to ${longest}`);
  if (!/^[\w+=,.@-]+$/.test(name)) {
    throw constraint(name, member, "satisfy regular expression pattern: [\\w+=,.@-]+");
  }
}

/** @throws Refusal */
export function checkPath(path: string): void {
  if (path.length > 512) throw constraint(path, "path", "have length less than or equal to 512");
  if (!/^\/([!-~]+\/)?$/.test(path)) {
    throw validation(
      "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    );
  }
}

export type Tags = Readonly<Record<string, string>>;

/** The tags with the given ones added. IAM treats keys that differ only by case as equal. @throws Refusal */
export function withTags(tags: Tags, given: readonly Tag[] = []): Tags {
  const keys = given.map(({ Key: key = "" }) => key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw iamRefusal("InvalidInput", 400, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  }
  for (const { Key: key = "", Value: value = "" } of given) checkTag(key, value);
  const kept = Object.entries(tags).filter(([key]) => !keys.includes(key.toLowerCase()));
  const merged = [...kept, ...given.map(({ Key: key = "", Value: value = "" }) => [key, value] as const)];
  if (merged.length > mostTags) {
    throw iamRefusal("LimitExceeded", 409, "The number of tags has reached the maximum limit.");
  }
  return Object.fromEntries(merged);
}

export function withoutTags(tags: Tags, keys: readonly string[] = []): Tags {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key.toLowerCase())));
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value }));
}

function checkTag(key: string, value: string): void {
  const pattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  if (key.length < 1 || key.length > 128 || !pattern.test(key)) {
    throw constraint(key, "tags.1.member.key", "satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+");
  }
  if (value.length > 256 || !pattern.test(value)) {
    throw constraint(
      value,
      "tags.1.member.value",
      "satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*",
    );
  }
  if (/^aws:/i.test(key)) {
    throw iamRefusal("InvalidInput", 400, "Tag keys starting with aws: are reserved for AWS."); // our words
  }
}

function constraint(value: string, member: string, must: string): Refusal {
  return validation(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${must}`,
  );
}

/** The name of this one has no suffix `Exception`. */
export function validation(text: string): Refusal {
  return new Refusal("ValidationError", 400, text);
}
