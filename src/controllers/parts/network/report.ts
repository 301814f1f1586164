/** Reports the network: the condition NetworkReady, `status.network`, and what `Enforce` holds back. Pure. */

import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../api/v1alpha1/batch-compute-environment.ts";
import { way } from "../../../network/picture.ts";
import type { Finding, Preflight, SubnetResult } from "../../../network/preflight.ts";
import { list, nameOf, objectsOf, type Remedy, sentenceOf } from "../../../network/remedies.ts";
import { lateAnswerCheckMs } from "../../intervals.ts";
import type { Blocked, ConditionDraft, Step } from "../../pass/agenda.ts";
import { keptCondition } from "../../pass/conditions.ts";
import type { NetworkSeen } from "./seen.ts";

const type = "NetworkReady";
const findingsShown = 16;

/** NetworkReady; none where nothing is checked, or known yet. */
export function networkConditions(
  object: BatchComputeEnvironment,
  network: NetworkSeen | undefined,
): readonly ConditionDraft[] {
  if (network === undefined) return [];
  switch (network.kind) {
    case "checked":
      return [conditionOf(network.preflight)];
    case "pending":
      return keptCondition(object, type);
    case "unread": {
      const message = `the operator could not read the network from EC2: ${network.message}`;
      return [{ type, status: "Unknown", reason: "NotReadable", message }];
    }
  }
}

/** Within how many ms the facts of the network are there; undefined: they are, or nobody knows when. */
export function networkInMs(network: NetworkSeen | undefined): number | undefined {
  return network?.kind === "pending" && network.checkInMs < lateAnswerCheckMs ? network.checkInMs : undefined;
}

function conditionOf({ state, findings }: Preflight): ConditionDraft {
  const [first] = findings;
  if (first === undefined) {
    return { type, status: "True", reason: "PathsFound", message: "every subnet has a path to what instances need" };
  }
  const more = findings.length > 1 ? `. ${findings.length - 1} more in status.network.findings` : "";
  const message = `${sentence(first)}${more}`;
  return { type, status: state === "Unreachable" ? "False" : "Unknown", reason: first.cause, message };
}

function sentence({ message, subnetIds, needs, remedies }: Finding): string {
  const where = subnetIds.length === 0 ? "" : `${list(subnetIds)}: `;
  const services = needs.length === 0 ? "" : `; not reached: ${list(servicesOf(needs))}`;
  const ways = remedies.map(sentenceOf);
  const either = ways.length > 1 ? `either ${ways.join("; or ")}` : ways.join("");
  return `${where}${message}${services}${ways.length === 0 ? "" : `. Fix: ${either}`}`;
}

/** The steps with what `Enforce` holds: nothing is created that could not work, and what is there is reported. */
export function networkHold<Action>(
  spec: BatchComputeEnvironmentSpec,
  network: NetworkSeen | undefined,
  steps: readonly Step<Action>[],
): readonly Step<Action>[] {
  if (spec.network?.preflight !== "Enforce" || network === undefined) return steps;
  if (network.kind === "pending") {
    const message = "checking the network before the environment is created (spec.network.preflight: Enforce)";
    return [{ kind: "wait", reason: "CheckingNetwork", message, holds: "creation" }, ...steps];
  }
  // What could not be read proves nothing against the network.
  const first = network.kind === "checked" ? network.preflight.findings.find(isGrave) : undefined;
  if (first === undefined) return steps;
  const blocked = (what: string): Blocked => ({
    kind: "blocked",
    reason: "NetworkNotReady",
    message: `${what}. ${sentence(first)}`,
  });
  if (steps.every(({ kind }) => kind === "serves")) return [blocked("instances cannot join")];
  const what = "nothing is created, because spec.network.preflight is Enforce";
  return [{ ...blocked(what), holds: "creation" }, ...steps];
}

function isGrave({ state, neededBy }: Finding): boolean {
  return state === "Unreachable" && neededBy === "environment";
}

/** `status.network`, cut to what the schema holds. */
export function networkStatus(
  object: BatchComputeEnvironment,
  network: NetworkSeen | undefined,
): Readonly<Record<string, unknown>> {
  if (network?.kind === "pending") {
    const before = object.status?.network;
    return before === undefined ? {} : { network: before };
  }
  if (network?.kind !== "checked") return {};
  const { state, subnets, findings } = network.preflight;
  const shown = findings.slice(0, findingsShown).map(findingStatus);
  return {
    network: { state, subnets: subnets.map(subnetStatus), ...(shown.length === 0 ? {} : { findings: shown }) },
  };
}

function subnetStatus({ subnetId, zone, state, paths }: SubnetResult): Readonly<Record<string, unknown>> {
  const worst = paths.find(({ verdict }) => verdict.kind !== "reachable") ?? paths[0];
  const route = worst === undefined ? "" : way(worst.verdict).slice(0, 512);
  return { subnetId, ...(zone === undefined ? {} : { zone }), state, ...(route === "" ? {} : { route }) };
}

function findingStatus(finding: Finding): Readonly<Record<string, unknown>> {
  const { cause, state, neededBy, message, subnetIds, needs, objects, remedies } = finding;
  return {
    cause,
    state,
    neededBy,
    message: message.slice(0, 1024),
    ...filled("subnets", subnetIds.slice(0, 100)),
    ...filled("services", servicesOf(needs).slice(0, 32)),
    ...filled("objects", [...new Set(objects)].slice(0, 32)),
    ...filled("fixes", remedies.slice(0, 8).map(fixStatus)),
  };
}

function fixStatus(remedy: Remedy): Readonly<Record<string, unknown>> {
  const objects = [...new Set(objectsOf(remedy))].slice(0, 32);
  return { remedy: nameOf(remedy), message: sentenceOf(remedy).slice(0, 1024), ...filled("objects", objects) };
}

function filled<T>(key: string, items: readonly T[]): Readonly<Record<string, readonly T[]>> {
  return items.length === 0 ? {} : { [key]: items };
}

function servicesOf(needs: Finding["needs"]): readonly string[] {
  return [...new Set(needs.map(({ service, host }) => (service === "registry" ? host : service)))];
}
