import type { Manifest } from "../../src/kube/memory-store.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";
import type { Knobs } from "../../src/simulator/knobs.ts";
import type { AttemptCourse } from "../../src/simulator/outcome.ts";
import type { AttackDoing } from "./attacker/doings.ts";
import type { Phase } from "./gate.ts";

/**
 * What is to happen in a world, as plain data: the same story on the same seed is the same world. Any step may be
 * taken out and the rest is still a story; that is how a failing one is made short.
 */
export interface Story {
  readonly seed: number;
  /** Left out: `plain`. */
  readonly sort?: Sort;
  readonly replicas: number;
  readonly knobs: Partial<Knobs>;
  /** Left out: the default VPC, in which every subnet that a manifest names is there. */
  readonly network?: AccountNetwork | undefined;
  readonly flags: { readonly allowForeignRepoint: boolean; readonly adoptable: boolean };
  /** By time. */
  readonly steps: readonly Step[];
}

/**
 * In a world of the sort `attacked` one of three tenants attacks the others, who are judged in addition; in one of `jobs`
 * people submit jobs. The end of both is not compared with a fresh account.
 */
export type Sort = "plain" | "attacked" | "jobs";

export interface Step {
  /** Seconds after the beginning. */
  readonly at: number;
  readonly act: Act;
}

/** What the other tool does; `pick` chooses among what there is then. */
export const toolDoings = [
  "disableEnvironment",
  "enableEnvironment",
  "scaleEnvironment",
  "deleteEnvironment",
  "retagEnvironment",
  "untagEnvironment",
  "disableQueue",
  "enableQueue",
  "prioritiseQueue",
  "retagQueue",
  "untagQueue",
  "deleteQueue",
  "dropFromQueue",
  "foreignQueue",
  "foreignRevision",
  "deregister",
  "retagRevision",
  "removeRole",
  "restoreRole",
  "condemn",
  "pardon",
  "shortage",
  "plenty",
] as const;

/** What it does in the network of the account. */
export const networkDoings = [
  "tagSubnet",
  "untagSubnets",
  "tagGroup",
  "deleteEndpoint",
  "deleteGroup",
  "loosenGroup",
] as const;

/** What it does with scheduling policies. */
export const policyDoings = ["editPolicy", "retagPolicy", "untagPolicy"] as const;

/** What it does with service environments. */
export const serviceDoings = [
  "editService",
  "disableService",
  "enableService",
  "retagService",
  "untagService",
] as const;

/** What it does with quota shares. */
export const shareDoings = [
  "lowerShare",
  "disableShare",
  "enableShare",
  "deleteShare",
  "retagShare",
  "untagShare",
] as const;

/** What it does with consumables. */
export const consumableDoings = [
  "setConsumable",
  "holdConsumable",
  "deleteConsumable",
  "retagConsumable",
  "untagConsumable",
] as const;

/** What it does with verifications, and what AWS does with images. */
export const verificationDoings = [
  "endVerifying",
  "endVerifying",
  "disableVerifying",
  "releaseImage",
  "releaseImage",
  "failImage",
] as const;

export type NetworkDoing = (typeof networkDoings)[number];
export type ToolDoing =
  | (typeof toolDoings)[number]
  | (typeof policyDoings)[number]
  | (typeof serviceDoings)[number]
  | (typeof consumableDoings)[number]
  | (typeof shareDoings)[number]
  | (typeof verificationDoings)[number]
  | NetworkDoing;

export type AwsFaultKind =
  | "throttle"
  | "serverFailure"
  | "denied"
  | "loseRequest"
  | "loseResponse"
  | "delayResponse"
  | "delayRequest"
  | "stale";

export type StoreFaultKind = "conflict" | "tooMany" | "unavailable" | "loseResponse" | "hang";

export type Act =
  | { readonly kind: "apply"; readonly manifest: Manifest }
  | { readonly kind: "delete"; readonly of: string; readonly name: string; readonly namespace?: string }
  /** The attacker does something; `pick` decides what of all that is possible then. */
  | { readonly kind: "attack"; readonly doing: AttackDoing; readonly pick: number }
  /** Something that another tool made before the operator came, or makes while it runs. */
  | {
      readonly kind: "legacy";
      readonly what: "environment" | "queue" | "definition" | "consumable";
      readonly request: object;
    }
  /** Everything that waits for an approval gets it. */
  | { readonly kind: "approve" }
  | { readonly kind: "submit"; readonly pick: number; readonly durationMs: number; readonly size: number | undefined }
  /** How the jobs go that verify environments, from now on. */
  | { readonly kind: "course"; readonly course: AttemptCourse }
  | { readonly kind: "tool"; readonly doing: ToolDoing; readonly pick: number }
  /** The cluster is lost, and re-applied from Git under a new identity by an operator that may take over. */
  | { readonly kind: "loseCluster" }
  | { readonly kind: "kill"; readonly replica: string; readonly after: number; readonly what?: string | undefined }
  | { readonly kind: "terminate"; readonly replica: string }
  /** No process of the operator runs for so long; meanwhile the statuses of all jobs may get lost. */
  | { readonly kind: "away"; readonly days: number; readonly losesStatus: boolean }
  | {
      readonly kind: "freeze";
      readonly replica: string;
      readonly after: number;
      readonly forMs: number;
      readonly asleep: boolean;
      readonly phase?: Phase | undefined;
      readonly what?: string | undefined;
    }
  /** From its next process on the wall clock is wrong by so much; now, when `jumps`. */
  | { readonly kind: "skew"; readonly replica: string; readonly skewMs: number; readonly jumps: boolean }
  /** A process of another version takes the place of the one that runs. */
  | { readonly kind: "version"; readonly algorithm: number }
  | {
      readonly kind: "awsFault";
      readonly fault: AwsFaultKind;
      readonly on: readonly string[] | undefined;
      readonly after: number;
      readonly times: number;
      readonly forMs: number | undefined;
      readonly ms: number;
    }
  | { readonly kind: "staleness"; readonly ms: number }
  | {
      readonly kind: "storeFault";
      readonly fault: StoreFaultKind;
      readonly on: "list" | "watch" | "get" | "patchMetadata" | "applyStatus" | "deleteObject" | "recordEvent";
      readonly times: number;
    }
  | {
      readonly kind: "leaseFault";
      readonly on: "get" | "create" | "update";
      readonly times: number;
      readonly lost: boolean;
    }
  | {
      readonly kind: "watches";
      readonly how: "cut" | "silence" | "compact" | "drop" | "delay" | "repeat" | "prompt";
      readonly n: number;
    };

/** Steps of the world, not of a user; a story is valid without them. */
export function isFault({ act }: Step): boolean {
  return !["legacy", "apply", "delete", "approve", "submit", "course", "tool", "attack", "loseCluster"].includes(
    act.kind,
  );
}

/** A step in words. */
export function wordsOf({ at, act }: Step): string {
  const { kind, ...rest } = act;
  const shown =
    act.kind === "apply"
      ? `${act.manifest.kind} ${act.manifest.metadata.name} ${JSON.stringify({ ...act.manifest.metadata.annotations })} ${JSON.stringify(act.manifest.spec)}`
      : Object.entries(rest)
          .filter(([, value]) => value !== undefined)
          .map(
            ([name, value]) =>
              `${name}=${Array.isArray(value) ? value.join("/") : typeof value === "object" ? JSON.stringify(value) : String(value)}`,
          )
          .join(" ");
  return `${at.toFixed(1).padStart(8)} s  ${kind} ${shown}`;
}
