/** IPv4 only: no VPC of the simulator has another family. */

/** Whether an IPv4 CIDR block holds the address; a block of another form holds none. */
export function contains(cidr: string, address: string): boolean {
  const [base = "", length = ""] = cidr.split("/");
  const [left, right] = [numberOf(base), numberOf(address)];
  if (left === undefined || right === undefined || !/^\d+$/.test(length)) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(left / size) === Math.floor(right / size);
}

/** The address that lies `offset` after the beginning of a block. */
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

/** An IPv4 block as EC2 keeps it: the address of the network, without the bits of a host. */
export interface Block {
  readonly cidr: string;
  /** Bits of the network: 16 in `10.0.0.0/16`. */
  readonly length: number;
  /** Addresses in it. */
  readonly size: number;
}

/** The block that a text such as `10.0.0.0/16` writes; undefined when it writes none. */
export function blockOf(text: string): Block | undefined {
  const [address = "", bits = "", ...rest] = text.split("/");
  const base = numberOf(address);
  const length = Number(bits);
  if (base === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bits) || length > 32) return undefined;
  const size = 2 ** (32 - length);
  return { cidr: `${addressIn(address, -(base % size))}/${length}`, length, size };
}

/** Whether every address of `inner` is one of `outer`. */
export function holds(outer: Block, inner: Block): boolean {
  return inner.length >= outer.length && contains(outer.cidr, inner.cidr.split("/")[0] ?? "");
}
