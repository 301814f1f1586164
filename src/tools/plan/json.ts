import { jsonLine } from "../../runtime/visible.ts";
import { costLine } from "./cost.ts";
import { entryText, headline, isBlocked, isChange, isDisruptive, type Plan, symbolOf } from "./entry.ts";

/** A plan for programs: one JSON object. Pure. */
export function planJson(plan: Plan): string {
  return jsonLine(planMembers(plan));
}

/** What that object has. */
export function planMembers(plan: Plan): object {
  const { clusterName, account, entries, warnings } = plan;
  return {
    headline: headline(plan),
    changes: entries.some(isChange),
    disruption: entries.some(isDisruptive),
    blocked: entries.some(isBlocked),
    clusterName,
    account,
    warnings,
    cost: costLine(plan) ?? null,
    objects: entries.map((entry) => ({ object: entryText(entry), symbol: symbolOf(entry), ...entry })),
  };
}
