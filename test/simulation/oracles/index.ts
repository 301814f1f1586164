import type { OracleFactory } from "../oracle.ts";
import { boundedQueues } from "./bounded-queues.ts";
import { callBudget } from "./call-budget.ts";
import { consumablesLast, refilledOnce } from "./consumables.ts";
import { flapping } from "./flapping.ts";
import { inWindows } from "./in-windows.ts";
import { networksTaken } from "./networks-taken.ts";
import { notOurNetwork } from "./not-our-network.ts";
import { notOurs } from "./not-ours.ts";
import { nothingLeft } from "./nothing-left.ts";
import { oneRevision } from "./one-revision.ts";
import { oneWriter } from "./one-writer.ts";
import { onlyWhatChanged } from "./only-what-changed.ts";
import { ownPolicy } from "./own-policy.ts";
import { readyIsTrue } from "./ready-is-true.ts";
import { reportedErrors } from "./reported-errors.ts";
import { resync } from "./resync.ts";
import { rolesLast } from "./roles-last.ts";
import { runningJobs } from "./running-jobs.ts";
import { trueStatus } from "./true-status.ts";
import { usableEnvironment } from "./usable-environment.ts";
import { verifiedFirst } from "./verified-first.ts";
import { waysStay } from "./ways-stay.ts";
import { whatRetainLeft } from "./what-retain-left.ts";

/** The promises that are judged at every step. */
export const allOracles: readonly OracleFactory[] = [
  usableEnvironment,
  verifiedFirst,
  inWindows,
  runningJobs,
  rolesLast,
  consumablesLast,
  refilledOnce,
  waysStay,
  networksTaken,
  notOurs,
  notOurNetwork,
  whatRetainLeft,
  oneRevision,
  onlyWhatChanged,
  oneWriter,
  resync,
  trueStatus,
  readyIsTrue,
  nothingLeft,
  reportedErrors,
  flapping,
  callBudget,
  boundedQueues,
  ownPolicy,
];
