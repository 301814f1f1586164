/**
 * Calls `open` at the first use; whoever asks later shares what it opened, or still opens. What failed is opened again.
 * @param open of several callers at a time, the arguments of the first count
 */
export function once<Args extends readonly unknown[], Opened>(
  open: (...args: Args) => Promise<Opened>,
): (...args: Args) => Promise<Opened> {
  let opening: Promise<Opened> | undefined;
  return (...args) => {
    if (opening !== undefined) return opening;
    const begun = open(...args);
    opening = begun;
    begun.catch(() => {
      opening = undefined;
    });
    return begun;
  };
}
