import { canonicalJson } from "../fields/fingerprint.ts";

interface JobsToEnd {
  readonly kind: "terminateJobs";
  readonly name: string;
  readonly jobIds: readonly string[];
}

/**
 * What is left of an action once everything was read live and planned again; undefined when the two plans do not agree.
 * If it ends jobs, only those that both plans end remain: in a busy queue some end by themselves at any moment, and
 * two lists would never be the same. Pure.
 */
export function agreed<Action>(planned: Action, again: Action): Action | undefined {
  if (canonicalJson(planned) === canonicalJson(again)) return planned;
  if (!endsJobs(planned) || !endsJobs(again) || planned.name !== again.name) return undefined;
  const still = new Set(again.jobIds);
  const jobIds = planned.jobIds.filter((id) => still.has(id));
  return jobIds.length === 0 ? undefined : { ...planned, jobIds };
}

function endsJobs(action: unknown): action is JobsToEnd {
  return (action as { readonly kind?: unknown }).kind === "terminateJobs";
}
