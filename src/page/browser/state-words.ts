import type { State } from "../server/model.ts";

/** Each state in words that say who must act. */
export const stateWords: Readonly<Record<State, string>> = {
  Failed: "Failed",
  AwaitingApproval: "Waits for a person",
  CannotRunJobs: "Cannot run jobs",
  InProgress: "In progress",
  Unknown: "Unknown",
  Terminating: "Terminating",
  Current: "Current",
};
