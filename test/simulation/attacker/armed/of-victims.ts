import { namespaceTag } from "../../../../src/controllers/ownership/ownership.ts";
import { endedAsAsked, nothingRunsOn, once, trueResult } from "../../jobs/oracles.ts";
import type { OracleFactory } from "../../oracle.ts";
import { flapping } from "../../oracles/flapping.ts";
import { readyIsTrue } from "../../oracles/ready-is-true.ts";
import { trueStatus } from "../../oracles/true-status.ts";
import { isVictim } from "../tenants.ts";

/** The same promise, for the objects of the tenants that are attacked. The attacker lies about its own. */
function ofVictims(factory: OracleFactory): OracleFactory {
  return (watched) => {
    const inner = factory(watched);
    return {
      ...inner,
      onObject(before, after) {
        return isVictim((after ?? before)?.metadata.namespace) ? inner.onObject?.(before, after) : undefined;
      },
    };
  };
}

/** A job is tagged as it is submitted, and never again: only what a lost cluster left gets other tags. */
const neverTagged: OracleFactory = (watched) => ({
  name: "no job of a tenant is tagged by what another does",
  onEffect(call, phase) {
    if (phase === "after" || call.by !== "operator" || call.operation !== "TagResource") return undefined;
    const { resourceArn } = call.input as { readonly resourceArn?: string };
    const job = watched.aws.truth.jobs().find(({ arn }) => arn === resourceArn);
    return job !== undefined && isVictim(job.request.tags?.[namespaceTag])
      ? `${job.request.jobName} got tags ${JSON.stringify(call.input)}`
      : undefined;
  },
});

export const jobsOfOthers: readonly OracleFactory[] = [
  ...[once, endedAsAsked, nothingRunsOn, trueResult].map(ofVictims),
  neverTagged,
];

const byStatus: readonly OracleFactory[] = [trueStatus, readyIsTrue, flapping];

/** The promises of all worlds, where one tenant writes the status of its own objects itself. */
export function despiteLies(factory: OracleFactory): OracleFactory {
  return byStatus.includes(factory) ? ofVictims(factory) : factory;
}
