/** Which route traffic takes: the table of a subnet, and in it the longest prefix. Pure. */

import { type AddressSet, difference, intersection, isEmpty, rangeOf, union } from "./addresses.ts";
import type { Route, RouteTable, Subnet } from "./facts.ts";
import type { ListCidrs } from "./filters.ts";

/** The table that a subnet is associated with, else the main one of its VPC. */
export function tableOf(subnet: Subnet, tables: readonly RouteTable[]): RouteTable | undefined {
  return (
    tables.find(({ subnetIds }) => subnetIds.includes(subnet.subnetId)) ??
    tables.find(({ main, vpcId }) => main && vpcId === subnet.vpcId)
  );
}

/** A part of the destinations with the route that it takes; none: nothing leads there. */
export interface Branch {
  readonly addresses: AddressSet;
  readonly route: Route | undefined;
}

/**
 * Splits destinations by the route they take. The longest prefix wins, also when its target is gone (a black hole);
 * of two equally long ones a CIDR goes before a prefix list.
 */
export function branches(table: RouteTable, destinations: AddressSet, listCidrs: ListCidrs): readonly Branch[] {
  const candidates = table.routes
    .flatMap((route) => cidrsOf(route, listCidrs).map((cidr) => ({ route, range: rangeOf(cidr) })))
    .flatMap(({ route, range }) => (range === undefined ? [] : [{ route, range }]))
    .toSorted(
      (left, right) => right.range.prefixLength - left.range.prefixLength || rank(left.route) - rank(right.route),
    );
  const taken = new Map<Route, AddressSet>();
  let rest = destinations;
  for (const { route, range } of candidates) {
    const part = intersection(rest, [range]);
    if (isEmpty(part)) continue;
    taken.set(route, union(taken.get(route) ?? [], part));
    rest = difference(rest, part);
  }
  const found = [...taken].map(([route, addresses]) => ({ route, addresses }));
  return isEmpty(rest) ? found : [...found, { addresses: rest, route: undefined }];
}

/** For words: `0.0.0.0/0` or `pl-…`. */
export function destinationText({ destination }: Route): string {
  return destination.kind === "cidr" ? destination.cidr : destination.id;
}

function cidrsOf({ destination }: Route, listCidrs: ListCidrs): readonly string[] {
  return destination.kind === "prefixList" ? listCidrs(destination.id) : [destination.cidr];
}

function rank({ destination }: Route): number {
  return destination.kind === "cidr" ? 0 : 1;
}
