/** IPv4 only: the simulator has no IPv6. */

/** Whether an IPv4 CIDR block contains the address; an invalid block contains none. */
export function contains(cidr: string, address: string): boolean {
  const [base = "", length = ""] = cidr.split("/");
  const [left, right] = [numberOf(base), numberOf(address)];
  if (left === undefined || right === undefined || !/^\d+$/.test(length)) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(left / size) === Math.floor(right / size);
}

/** The address at `offset` in a block. */
export function addressIn(cidr: string, offset: number): string {
  const first = numberOf(cidr.split("/")[0] ?? "") ?? 0;
  const value = first + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

const dotted = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function numberOf(address: string): number | undefined {
  const found = dotted.exec(address);
  if (found === null) return undefined;
  let sum = 0;
  for (let index = 1; index <= 4; index++) {
    const part = Number(found[index]);
    if (part > 255) return undefined;
    sum = sum * 256 + part;
  }
  return sum;
}

/** An IPv4 block as EC2 stores it: the address of the network, without host bits. */
export interface Block {
  readonly cidr: string;
  /** Bits of the network: 16 in `10.0.0.0/16`. */
  readonly length: number;
  /** Addresses in it. */
  readonly size: number;
}

/** Parses a block such as `10.0.0.0/16`; undefined if it is invalid. */
export function blockOf(text: string): Block | undefined {
  const [address = "", bits = "", ...rest] = text.split("/");
  const base = numberOf(address);
  const length = Number(bits);
  if (base === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bits) || length > 32) return undefined;
  const size = 2 ** (32 - length);
  return { cidr: `${addressIn(address, -(base % size))}/${length}`, length, size };
}

/** Whether `outer` contains every address of `inner`. */
export function holds(outer: Block, inner: Block): boolean {
  return inner.length >= outer.length && contains(outer.cidr, inner.cidr.split("/")[0] ?? "");
}
