import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** A file of an archive. */
export interface Entry {
  /** In the archive, with slashes; ASCII. Its last 100 characters must start after a slash, or be the whole path. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Whether it may be executed. */
  readonly isExecutable?: boolean;
}

const blockBytes = 512;

/**
 * A gzipped tar (POSIX ustar) that depends on names and contents only: no times, no owners, sorted by name.
 * @throws Error for a path that is too long
 */
export function archive(entries: readonly Entry[]): Uint8Array {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const blocks = sorted.flatMap(({ path, content, isExecutable = false }) => [
    header(path, content.length, isExecutable ? 0o755 : 0o644),
    content,
    new Uint8Array((blockBytes - (content.length % blockBytes)) % blockBytes),
  ]);
  return gzipSync(Buffer.concat([...blocks, new Uint8Array(2 * blockBytes)]));
}

function header(path: string, bytes: number, mode: number): Uint8Array {
  // A longer path has its first folders in a separate field.
  const cut = path.length <= 100 ? -1 : path.indexOf("/", path.length - 101);
  if ((path.length > 100 && cut < 0) || cut > 155) throw new Error(`${path} is too long for an archive`);
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(path.slice(cut + 1), 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(bytes, 11), 124);
  block.write(octal(0, 11), 136);
  // The checksum is computed with blanks in its field.
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\0" + "00", 257);
  block.write(path.slice(0, Math.max(cut, 0)), 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)} `, 148);
  return block;
}

/** The file at a path, or all files below it. @param as the path in the archive */
export async function entriesOf(path: string, as: string): Promise<readonly Entry[]> {
  if (!(await lstat(path)).isDirectory()) return [{ path: as, content: await readFile(path) }];
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(path.length).replaceAll("\\", "/").replace(/^\//, ""));
  return await Promise.all(
    names.map(async (name) => ({ path: `${as}/${name}`, content: await readFile(join(path, name)) })),
  );
}
