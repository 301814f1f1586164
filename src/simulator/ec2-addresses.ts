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
