import type { CreateJobQueueRequest, UpdateJobQueueRequest } from "../../../aws/batch.ts";
import type { TagAction } from "../resource/action.ts";
import type { Reordering } from "./places.ts";

/** What a write makes of an order: it is sent only while it takes nothing from the jobs, and nobody takes out of service what joins. */
export interface Moves extends Reordering {
  /** Names new to the order, of environments without the mark of retirement and of objects that nobody deletes. */
  readonly joining: readonly string[];
}

interface Moving {
  /** undefined: the order stays. */
  readonly moves: Moves | undefined;
}

/** The writes of the job-queue controller. */
export type Action =
  | ({ readonly kind: "create"; readonly request: CreateJobQueueRequest } & Moving)
  | ({ readonly kind: "update"; readonly request: UpdateJobQueueRequest; readonly paths: readonly string[] } & Moving)
  | TagAction
  | { readonly kind: "disable"; readonly name: string; readonly request: UpdateJobQueueRequest }
  | { readonly kind: "terminateJobs"; readonly name: string; readonly jobIds: readonly string[] }
  | { readonly kind: "delete"; readonly name: string };

/** The name of an action for which nothing else has to wait where AWS refuses it; undefined: all else waits for it. */
export function independentName(action: Action): string | undefined {
  const disables = action.kind === "update" && action.request.state === "DISABLED";
  return disables && action.paths.every((path) => path === "spec.state") ? "disabling" : undefined;
}
