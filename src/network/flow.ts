/** A set of destinations that passes one check after the other. Pure. */

import { type AddressSet, covers, intersection, isEmpty, noAddresses, union } from "./addresses.ts";
import type { Hop, PathCause, Stop, Verdict } from "./verdict.ts";

/**
 * How far connections got. `through` are the destinations that every connection still reaches, whatever address and
 * port of the subnet it comes from; where it is empty, `stop` says why. `narrowed` is the first check that held back
 * a part.
 */
export interface Flow {
  readonly through: AddressSet;
  readonly hops: readonly Hop[];
  readonly assumed: readonly string[];
  readonly stop: Stop<PathCause> | undefined;
  readonly narrowed: Stop<PathCause> | undefined;
}

export function begin(destinations: AddressSet, hops: readonly Hop[]): Flow {
  return { through: destinations, hops, assumed: [], stop: undefined, narrowed: undefined };
}

export function hop(flow: Flow, ...hops: readonly Hop[]): Flow {
  return flow.stop === undefined ? { ...flow, hops: [...flow.hops, ...hops] } : flow;
}

export function assume(flow: Flow, what: string): Flow {
  return flow.stop === undefined ? { ...flow, assumed: [...flow.assumed, what] } : flow;
}

/** Keeps only `allowed`; `stop` says why the rest ends. */
export function only(flow: Flow, allowed: AddressSet, stop: () => Stop<PathCause>): Flow {
  if (flow.stop !== undefined) return flow;
  const through = intersection(flow.through, allowed);
  if (isEmpty(through)) return { ...flow, through, stop: stop() };
  return covers(through, flow.through) ? flow : { ...flow, through, narrowed: flow.narrowed ?? stop() };
}

/** A check of the source of connections, which passes all of them or none. */
export function all(flow: Flow, holds: boolean, stop: () => Stop<PathCause>): Flow {
  return only(flow, holds ? flow.through : noAddresses, stop);
}

/** Follows each part of the destinations separately; the hops are those of the largest part that arrives. */
export function split(flow: Flow, parts: readonly { addresses: AddressSet; walk: (part: Flow) => Flow }[]): Flow {
  if (flow.stop !== undefined) return flow;
  const walked = parts
    .toSorted((left, right) => (sizeOf(left.addresses) < sizeOf(right.addresses) ? 1 : -1))
    .map(({ addresses, walk }) => walk({ ...flow, through: addresses }));
  const arrived = walked.filter(({ stop }) => stop === undefined);
  const shown = arrived[0] ?? walked[0] ?? flow;
  const held = walked.map((part) => part.stop ?? part.narrowed).find((stop) => stop !== undefined);
  return {
    ...shown,
    through: union(...arrived.map((part) => part.through)),
    assumed: [...new Set(arrived.flatMap(({ assumed }) => assumed))],
    narrowed: arrived.length === 0 ? flow.narrowed : (flow.narrowed ?? held),
  };
}

/** One of the destinations is the right one, but it is unknown which: so a part of them getting through proves nothing. */
export function verdictOf(flow: Flow): Verdict {
  const { hops, stop, narrowed, assumed } = flow;
  if (stop !== undefined) return { kind: "unreachable", hops, stop };
  if (narrowed === undefined) return { kind: "reachable", hops, assumed };
  return {
    kind: "unknown",
    hops,
    stop: {
      ...narrowed,
      cause: "PartlyAllowed",
      message: `only some addresses get through, and it is unknown which one the service has; the others end here: ${narrowed.message}`,
    },
  };
}

function sizeOf(set: AddressSet): bigint {
  return set.reduce((size, { first, last }) => size + last - first + 1n, 0n);
}
