/** Texts of numbers, for whoever reads them. Pure. */

/** `1 file`, `3 files`. @param many where the plural is not that with an s */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
