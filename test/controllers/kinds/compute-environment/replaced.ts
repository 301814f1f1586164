/** An environment `old` with its spec changed to `other`, and its successor `new`. */

import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { chosen, ec2, environment, now, object, seen, withResources } from "./given.ts";

export const iso = (secondsAgo: number): string => `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;
export const other = withResources(ec2, { instanceTypes: ["m5.large"] });
export const id = seen(other).planId;
export const next = (spec: BatchComputeEnvironmentSpec, change: Partial<Seen>) =>
  chosen(object(spec), seen(spec, change)).next;

export const old = (change: Partial<Environment> = {}): Environment => environment("old", ec2, change);
export const fresh = (change: Partial<Environment> = {}): Environment =>
  environment("new", other, { ...change, tags: { "awsbatch.dev/created-at": iso(100), ...change.tags } });
export const serving = (secondsAgo: number) => ({ tags: { "awsbatch.dev/serving-since": iso(secondsAgo) } });
export const retired = { "awsbatch.dev/retired-at": iso(300) };
