import type { DefinitionRevision } from "../../../src/aws/batch.ts";
import { fingerprintOf } from "../../../src/controllers/kinds/job-definition/normalise.ts";
import { registeredAtTag } from "../../../src/controllers/ownership/ownership.ts";
import type { OracleFactory } from "../oracle.ts";
import { ownerOf, unseenMs } from "./reading.ts";

/** AWS shows a write within this time, the promise assumes. */
const shownWithinMs = 5_000;

/**
 * Promise 4, its instant half. No second ACTIVE revision of one body: when we register, the highest ACTIVE revision
 * of the name is not the same body and of the same object already: what another one has registered, which claims the
 * name as well and is still there, is that one's (promise 3). "Given that AWS shows a write within 5 s": in a world whose reads or
 * requests were slower than that duplicates may come, and its end shows that none is left. Nor could any read have shown that
 * somebody else has just deregistered what lay above the revision: until then it was to be registered above that.
 */
export const oneRevision: OracleFactory = (watched) => {
  let top: DefinitionRevision | undefined;
  /** By ARN of a revision that somebody else has deregistered: when, monotonic ms. */
  const goneAt = new Map<string, number>();
  return {
    name: "4 no second revision of one body",
    onAws({ kind, arn, status }, by) {
      if (kind === "jobDefinition" && status === "INACTIVE" && by?.by !== "operator")
        goneAt.set(arn, watched.clock.monotonic());
      return undefined;
    },
    onEffect(call, phase) {
      if (call.operation !== "RegisterJobDefinition" || call.by !== "operator") return undefined;
      const { jobDefinitionName: name } = call.input as { jobDefinitionName?: string };
      const all = watched.aws.truth.jobDefinitions().filter((one) => one.jobDefinitionName === name);
      const active = all
        .filter(({ status }) => status === "ACTIVE")
        .sort((left, right) => right.revision - left.revision);
      if (phase === "before") {
        top = active[0];
        return undefined;
      }
      const [made] = active;
      if (top === undefined || made === undefined || made.revision === top.revision) return undefined;
      if (fingerprintOf(made) !== fingerprintOf(top) || top.tags?.[registeredAtTag] === undefined) return undefined;
      const owner = ownerOf(watched, top.tags, "JobDefinition");
      const same = owner !== undefined && owner === ownerOf(watched, made.tags, "JobDefinition");
      if (!same || watched.shownWithinMs() > shownWithinMs) return undefined;
      const lowest = top.revision;
      const isUnseen = ({ revision, jobDefinitionArn }: DefinitionRevision): boolean =>
        revision > lowest &&
        watched.clock.monotonic() - (goneAt.get(jobDefinitionArn) ?? Number.NEGATIVE_INFINITY) < unseenMs;
      if (all.some(isUnseen)) return undefined;
      return `${name}:${made.revision} is the same body as ${name}:${top.revision}, registered by us before, and was registered by ${watched.callerOf(call)?.name}`;
    },
  };
};
