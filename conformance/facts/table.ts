import { accepted, asAccepted } from "./accepted.ts";
import { definitionRows } from "./definitions.ts";
import { describedRows } from "./definitions-described.ts";
import { environmentUpdateRows } from "./environment-updates.ts";
import { environmentRows } from "./environments.ts";
import { instanceRows } from "./instances.ts";
import { jobRows } from "./jobs.ts";
import { managedInstancesRows } from "./managed-instances.ts";
import { otherRows } from "./others.ts";
import { queueRows } from "./queues.ts";
import { quotaShareRows } from "./quota-shares.ts";
import type { Row } from "./row.ts";

/** What the files of the kinds say, each fact with its source. To add a fact, add a row to the file of its kind. */
export const believed: readonly Row[] = [
  ...environmentRows,
  ...environmentUpdateRows,
  ...managedInstancesRows,
  ...queueRows,
  ...definitionRows,
  ...describedRows,
  ...jobRows,
  ...instanceRows,
  ...quotaShareRows,
  ...otherRows,
];

/**
 * What is known of AWS Batch: its refusals, defaults and filled-in members. What AWS has said itself outranks what is believed. The
 * tests of the simulator try every row over HTTP, with the AWS SDK's request and with boto3's.
 */
export const semantics: readonly Row[] = asAccepted(believed, accepted);
