import { memberRow } from "../../src/controllers/fields/rows.ts";
import { type Family, fields, type UpdateNeed } from "../../src/controllers/kinds/compute-environment/fields.ts";
import { code } from "./type-text.ts";

/** Effect of a change of each field of a compute environment, as Markdown, from the table of the diff. */

const families: Readonly<Record<Family, string>> = {
  ec2: "EC2, SPOT",
  fargate: "FARGATE, FARGATE_SPOT",
  managedInstances: "ECS_MANAGED_INSTANCES",
  unmanaged: "UNMANAGED",
};

const needs: Readonly<Record<UpdateNeed, string>> = {
  metadata: "in place",
  scaling: "in place",
  infrastructure: "instances replaced",
  replacement: "new environment",
};

const absences = { restored: "AWS's default, restored", kept: "as AWS has it" } as const;

export function changesTable(): string {
  const columns = Object.keys(families) as Family[];
  const head = ["field", ...columns.map((family) => families[family]), "left out"];
  const rows = fields.flatMap((field) => {
    const { need, absent = "restored" } = memberRow(field) ?? { need: {} };
    if (Object.keys(need).length === 0) return [];
    const effects = columns.map((family) => {
      const needed = need[family];
      return needed === undefined ? "" : needs[needed];
    });
    return [[code(`.spec.${field.path}`), ...effects, absences[absent]]];
  });
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
