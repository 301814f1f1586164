/** A set of destinations on its way through one check after the other. Pure. */

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

/** Lets only `allowed` on; `stop` is why the rest does not. */
export function only(flow: Flow, allowed: AddressSet, stop: () => Stop<PathCause>): Flow {
  if (flow.stop !== undefined) return flow;
  const through = intersection(flow.through, allowed);
  if (isEmpty(through)) return { ...flow, through, stop: stop() };
  return covers(through, flow.through) ? flow : { ...flow, through, narrowed: flow.narrowed ?? stop() };
}

/** A check of where connections come from: it holds for all of them or for none. */
export function all(flow: Flow, holds: boolean, stop: () => Stop<PathCause>): Flow {
  return only(flow, holds ? flow.through : noAddresses, stop);
}

/** Sends each part of the destinations its own way; the hops told are those of the largest part that arrives. */
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

/** One of the destinations is meant, and which one is not known: so some of them getting through decides nothing. */
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
      message: `only some addresses get through, and which one the service has is not known; the others end here: ${narrowed.message}`,
    },
  };
}

function sizeOf(set: AddressSet): bigint {
  return set.reduce((size, { first, last }) => size + last - first + 1n, 0n);
}
