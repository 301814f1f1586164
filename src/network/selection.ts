/** Which subnets or security groups a selector selects, and when another selection takes effect. Pure. */

import type { selectionReasons } from "../api/reasons/selection.ts";
import { type Part, reasonUnread } from "./facts.ts";

/** Selects resources of one type by VPC and tags; all conditions must match. */
export interface Selector {
  readonly vpcId?: string | undefined;
  /** Exact values, or `*` for any. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export type Selectable = "subnets" | "securityGroups";

/** A resource that a selector selects. */
export interface Candidate {
  readonly id: string;
  readonly vpcId: string;
}

/** The resolved selection as stored in status; times are wall ms. */
export interface Resolved {
  /** The selector, as `selectorText` writes it. */
  readonly selector: string;
  readonly ids: readonly string[];
  readonly since: number;
  /** Another selection, and the time since which it has been seen. */
  readonly candidate?: { readonly ids: readonly string[]; readonly since: number } | undefined;
}

type SelectionReason = keyof (typeof selectionReasons)["SelectionReady"] | "AccessDenied";

/** Why a selector has no usable selection now. */
export interface Unresolved {
  readonly kind: "unusable" | "unread";
  readonly reason: SelectionReason;
  /** With the selector and the next step. */
  readonly message: string;
}

export interface Resolution {
  /** To store in status; undefined: nothing was ever selected. */
  readonly resolved: Resolved | undefined;
  readonly problem: Unresolved | undefined;
}

/** Time for which another selection must not change before it takes effect. */
export const settleMs = 5 * 60_000;
/** The wildcard for any value. */
const any = "*";

/** The selector in a canonical form. */
export function selectorText({ vpcId, tags = {} }: Selector): string {
  const sorted = Object.entries(tags).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify({ ...(vpcId === undefined ? {} : { vpcId }), tags: Object.fromEntries(sorted) });
}

/** Whether a resource with this VPC and these tags is selected. */
export function isSelected(
  { vpcId, tags = {} }: Selector,
  one: { readonly vpcId: string; readonly tags: Readonly<Record<string, string>> },
): boolean {
  if (vpcId !== undefined && vpcId !== one.vpcId) return false;
  return Object.entries(tags).every(([key, value]) => {
    return Object.hasOwn(one.tags, key) && (value === any || one.tags[key] === value);
  });
}

export interface ToResolve {
  readonly selectable: Selectable;
  readonly selector: Selector;
  /** The stored selection. */
  readonly before: Resolved | undefined;
  /** The field of the spec that has it. */
  readonly path: string;
  /** Maximum that AWS accepts in one environment. */
  readonly limit: number;
}

/**
 * The selection in effect now. The first one of a selector takes effect at once, another one after `settleMs` without a
 * change; one that cannot be used or read never does.
 *
 * @param now wall ms
 */
export function resolution(asked: ToResolve, found: Part<readonly Candidate[]>, now: number): Resolution {
  const { selector, before } = asked;
  const text = selectorText(selector);
  if (found.kind === "unread") return { resolved: before, problem: unread(asked, found) };
  const ids = [...new Set(found.value.map(({ id }) => id))].toSorted();
  const unusable = unusableAnswer(asked, ids, found.value);
  if (unusable !== undefined) return { resolved: withoutCandidate(before), problem: unusable };
  const same = before?.selector === text;
  if (before === undefined || !same) return taken({ selector: text, ids, since: now });
  if (equal(ids, before.ids)) return taken(withoutCandidate(before));
  const { candidate } = before;
  const since = candidate !== undefined && equal(candidate.ids, ids) ? candidate.since : now;
  if (now - since >= settleMs) return taken({ selector: text, ids, since: now });
  return taken({ ...before, candidate: { ids, since } });
}

function taken(resolved: Resolved | undefined): Resolution {
  return { resolved, problem: undefined };
}

/** A selection that comes back later must settle again. */
function withoutCandidate(resolved: Resolved | undefined): Resolved | undefined {
  if (resolved === undefined) return undefined;
  const { candidate: _gone, ...rest } = resolved;
  return rest;
}

function unusableAnswer(
  { selectable, selector, path, limit }: ToResolve,
  ids: readonly string[],
  found: readonly Candidate[],
): Unresolved | undefined {
  const many = words[selectable];
  const where = `${path} (${said(selector)})`;
  if (ids.length === 0) {
    const message = `${where} selects no ${many}: add these tags to ${many} of this account and region, or change the selector`;
    return { kind: "unusable", reason: "NothingSelected", message };
  }
  const vpcs = [...new Set(found.map(({ vpcId }) => vpcId))].toSorted();
  if (vpcs.length > 1) {
    const message = `${where} selects ${many} of several VPCs (${vpcs.join(", ")}), but an environment is in one: add vpcId to the selector`;
    return { kind: "unusable", reason: "SeveralVpcsSelected", message };
  }
  if (ids.length <= limit) return undefined;
  const message = `${where} selects ${ids.length} ${many}, but AWS accepts ${limit} here: add a tag to select fewer`;
  return { kind: "unusable", reason: "TooManySelected", message };
}

function unread({ selectable, selector, path }: ToResolve, part: Extract<Part<never>, { kind: "unread" }>) {
  const { permission, message } = part;
  const many = words[selectable];
  const why = message.replace(/[.]$/, "");
  const step = permission === undefined ? "" : `; allow ${permission} to the operator's IAM role`;
  return {
    kind: "unread",
    reason: reasonUnread(part),
    message: `cannot read which ${many} ${path} (${said(selector)}) selects: ${why}${step}`,
  } as const;
}

const words = {
  subnets: "subnets",
  securityGroups: "security groups",
} as const;

/** For people: `vpc-1, team=batch`. */
export function said({ vpcId, tags = {} }: Selector): string {
  const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return [...(vpcId === undefined ? [] : [vpcId]), ...pairs.toSorted()].join(", ");
}

function equal(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index]);
}
