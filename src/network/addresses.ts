/**
 * Sets of IP addresses as sorted, disjoint ranges, so that "which destinations get through" can be computed for whole
 * networks at once instead of being tried. Both families share one space: IPv6 in its own 128 bits, IPv4 above it,
 * so that no range of one family contains an address of the other. Pure.
 */

/** Both ends included. */
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** Sorted by `first`; ranges neither touch nor overlap. */
export type AddressSet = readonly AddressRange[];

const ipv4Base = 1n << 128n;
/** One with a zero before it is octal to some readers: 010.0.0.0 may be 8.0.0.0, which is not private. */
const ipv4Part = /^(?:0|[1-9]\d{0,2})$/;

export const noAddresses: AddressSet = [];

/** @returns the addresses of a CIDR of either family, or of a single address; undefined if it is neither */
export function rangeOf(cidr: string): (AddressRange & { readonly prefixLength: number }) | undefined {
  const [address = "", length] = cidr.split("/");
  const six = address.includes(":");
  const bits = six ? 128 : 32;
  const value = six ? ipv6Value(address) : ipv4Value(address);
  const prefixLength = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (value === undefined || prefixLength < 0 || prefixLength > bits) return undefined;
  const hostBits = BigInt(bits - prefixLength);
  const first = ((value >> hostBits) << hostBits) + (six ? 0n : ipv4Base);
  return { first, last: first + (1n << hostBits) - 1n, prefixLength };
}

/** The addresses of all the CIDRs; invalid ones are ignored. */
export function addressesOf(cidrs: readonly string[]): AddressSet {
  return merged(cidrs.map(rangeOf).filter((range) => range !== undefined));
}

export function union(...sets: readonly AddressSet[]): AddressSet {
  return merged(sets.flat());
}

export function intersection(left: AddressSet, right: AddressSet): AddressSet {
  const result: AddressRange[] = [];
  let at = 0;
  for (const range of left) {
    for (let other = right[at]; other !== undefined && other.first <= range.last; other = right[++at]) {
      let { first, last } = other;
      if (range.first > first) first = range.first;
      if (range.last < last) last = range.last;
      if (first <= last) result.push({ first, last });
      // The rest of this one may overlap the next range.
      if (other.last > range.last) break;
    }
  }
  return result;
}

/** What is in `left` and not in `right`. */
export function difference(left: AddressSet, right: AddressSet): AddressSet {
  const result: AddressRange[] = [];
  let at = 0;
  for (const range of left) {
    let { first } = range;
    for (let gone = right[at]; gone !== undefined && gone.first <= range.last; gone = right[++at]) {
      if (gone.first > first) result.push({ first, last: gone.first - 1n });
      if (gone.last >= first) first = gone.last + 1n;
      if (gone.last > range.last) break;
    }
    if (first <= range.last) result.push({ first, last: range.last });
  }
  return result;
}

export function isEmpty(set: AddressSet): boolean {
  return set.length === 0;
}

/** Whether every address of `part` is in `whole`. */
export function covers(whole: AddressSet, part: AddressSet): boolean {
  let at = 0;
  for (const { first, last } of part) {
    let range = whole[at];
    while (range !== undefined && range.last < first) range = whole[++at];
    if (range === undefined || range.first > first || range.last < last) return false;
  }
  return true;
}

/**
 * Addresses that no packet from the internet has as its source: private and shared ones (RFC 1918, RFC 6598), unique local
 * ones of IPv6 (RFC 4193), and link-local ones. IPv4 addresses within IPv6 are not among them.
 */
export const privateAddresses: AddressSet = addressesOf([
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
]);

/** IPv4 addresses that a public service can have. */
export const publicIpv4: AddressSet = difference(
  addressesOf(["0.0.0.0/0"]),
  addressesOf([
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
  ]),
);

/** IPv6 addresses that a public service can have: global unicast. */
export const publicIpv6: AddressSet = addressesOf(["2000::/3"]);

function merged(ranges: readonly AddressRange[]): AddressSet {
  const sorted = ranges.toSorted((left, right) => (left.first < right.first ? -1 : 1));
  const result: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of sorted) {
    const before = result.at(-1);
    if (before === undefined || first > before.last + 1n || isFamilyEdge(first)) result.push({ first, last });
    else if (last > before.last) before.last = last;
  }
  return result;
}

/** The last IPv6 address and the first IPv4 one are neighbours only as numbers. */
function isFamilyEdge(first: bigint): boolean {
  return first === ipv4Base;
}

function ipv4Value(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => ipv4Part.test(part) && Number(part) <= 255)) return undefined;
  return BigInt(parts.reduce((value, part) => value * 256 + Number(part), 0));
}

function ipv6Value(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => "0"), ...right];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}
