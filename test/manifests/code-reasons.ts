import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { conditionTypes } from "../../src/api/condition-types.ts";
import { causeCodes } from "../../src/diagnosis/causes.ts";

/**
 * The reasons that the controllers use, read from their source: every text there that is one CamelCase word, unless it
 * is known to be something else. A new reason cannot be missed, whatever code it stands in.
 */

const controllers = fileURLToPath(new URL("../../src/controllers/", import.meta.url));

/** CamelCase words in the controllers that are no reasons, and what they are. */
const otherWords: ReadonlyMap<string, readonly string[]> = new Map([
  ["status of a condition", ["True", "False", "Unknown"]],
  // `Contested` is a reason as well.
  ["type of a condition", Object.keys(conditionTypes).filter((type) => type !== "Contested")],
  ["state of a network", ["Reachable", "Unreachable"]],
  ["type of an event", ["Normal", "Warning"]],
  ["action of an event", ["Reconcile", "Retire", "Adopt", "Tag", "Deregister"]],
  ["held step, action of a plan or of an event", ["Create", "Repoint", "Delete", "Update", "Register"]],
  ["action of a plan", ["None", "UpdateTags", "Scale", "UpdateInfrastructure", "Replace"]],
  [
    "value of a field",
    [
      "Never",
      "IfMatching",
      "IfExists",
      "Retain",
      "Terminate",
      "All",
      "Selector",
      "Apply",
      "Skip",
      "Enforce",
      "Warn",
      "Ensure",
    ],
  ],
  ["default of a pod", ["Default", "ClusterFirst", "ClusterFirstWithHostNet"]],
  ["kind of capacity in a message", ["Fargate"]],
  ["kind of a service role", ["ServiceLinked", "Made", "Named"]],
  ["type of an endpoint, name of a tag", ["Interface", "Gateway", "Name"]],
  ["member or value of a policy document", ["Version", "Statement", "Allow"]],
]);

const folders: Readonly<Record<string, readonly string[]>> = {
  BatchComputeEnvironment: ["compute-environment", "endpoints", "roles", "security-group", "selection"],
  JobQueue: ["job-queue"],
  JobDefinition: ["job-definition", "roles"],
};

/** Causes that are found for a person who asks, and are no reason of a condition. */
const toldByDiagnose: readonly string[] = ["QueueDisabled", "Dependencies"];

/** @returns sorted */
export function reasonsInCode(kind: string): readonly string[] {
  const own = folders[kind];
  if (own === undefined) throw new Error(`${kind} has no controller`);
  const files = globSync(["*.ts", ...own.map((folder) => `${folder}/*.ts`)], { cwd: controllers });
  const others = new Set([...otherWords.values()].flat());
  const causes = kind === "JobQueue" ? causeCodes.filter((code) => !toldByDiagnose.includes(code)) : [];
  // The causes that the preflight finds are the reasons of NetworkReady.
  if (kind === "BatchComputeEnvironment") files.push("../network/verdict.ts", "../network/selection.ts");
  const words = files.flatMap((file) => camelCaseTexts(readFileSync(controllers + file, "utf8")));
  return [...new Set([...words, ...causes])].filter((word) => !others.has(word)).toSorted();
}

function camelCaseTexts(source: string): readonly string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...code.matchAll(/"([A-Z][A-Za-z]*[a-z][A-Za-z]*)"/g)].map(([, word = ""]) => word);
}
