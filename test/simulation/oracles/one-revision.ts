import type { DefinitionRevision } from "../../../src/aws/batch.ts";
import { fingerprintOf } from "../../../src/controllers/job-definition/normalise.ts";
import { registeredAtTag } from "../../../src/controllers/ownership.ts";
import type { OracleFactory } from "../oracle.ts";
import { ownerOf } from "./reading.ts";

/** AWS shows a write within this time, the promise assumes; a world that is staler is told so by `assumes`. */
const shownWithinMs = 5_000;

/**
 * Promise 4, its instant half. No second ACTIVE revision of one body: when we register, the highest ACTIVE revision
 * of the name is not the same body and ours already. The world must hold the assumption "given that AWS shows a write
 * within 5 s"; while it does not (`assumes` is false) duplicates may come, and the end of the world shows that none
 * is left.
 */
export function oneRevision(assumes: (withinMs: number) => boolean): OracleFactory {
  return (watched) => {
    let top: DefinitionRevision | undefined;
    return {
      name: "4 no second revision of one body",
      onEffect(call, phase) {
        if (call.operation !== "RegisterJobDefinition" || call.by !== "operator") return undefined;
        const { jobDefinitionName: name } = call.input as { jobDefinitionName?: string };
        const active = watched.aws.truth
          .jobDefinitions()
          .filter((one) => one.jobDefinitionName === name && one.status === "ACTIVE")
          .sort((left, right) => right.revision - left.revision);
        if (phase === "before") {
          top = active[0];
          return undefined;
        }
        const [made] = active;
        if (top === undefined || made === undefined || made.revision === top.revision) return undefined;
        if (fingerprintOf(made) !== fingerprintOf(top) || top.tags?.[registeredAtTag] === undefined) return undefined;
        if (ownerOf(watched, top.tags, "JobDefinition") === undefined || !assumes(shownWithinMs)) return undefined;
        return `${name}:${made.revision} is the same body as ${name}:${top.revision}, registered by us before, and was registered by ${watched.callerOf(call)?.name}`;
      },
    };
  };
}
