import { inlineFaults } from "../../controllers/parts/roles/inline.ts";
import { isRecord } from "./defaults.ts";
import type { Finding, Path } from "./problem.ts";

/** Inline policies of roles that IAM will refuse. The API server does not read JSON within a text. */

/** @param spec of any kind: of a BatchRole, or of an object with roles of its own */
export function inlinePolicyFindings(spec: unknown): readonly Finding[] {
  if (!isRecord(spec)) return [];
  const own = Object.entries(isRecord(spec["iam"]) ? spec["iam"] : {});
  return [
    ...findingsOf(spec, ["spec"]),
    ...own.flatMap(([role, content]) => findingsOf(content, ["spec", "iam", role])),
  ];
}

function findingsOf(role: unknown, path: Path): readonly Finding[] {
  const policies = isRecord(role) ? role["inlinePolicies"] : undefined;
  if (!isRecord(policies)) return [];
  // The schema refuses what is not a text.
  const texts = Object.entries(policies).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return inlineFaults(Object.fromEntries(texts)).map(({ policy, message }) => ({
    path: [...path, "inlinePolicies", ...(policy === undefined ? [] : [policy])],
    message,
  }));
}
