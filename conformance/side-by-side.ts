/**
 * Works on all, at most so many at a time.
 * @throws the first error, once all that has begun has ended; nothing begins after it
 */
export async function sideBySide<One>(
  all: readonly One[],
  atOnce: number,
  work: (one: One) => Promise<void>,
): Promise<void> {
  const left = all.values();
  let isOver = false;
  const worker = async (): Promise<void> => {
    for (const one of left) {
      if (isOver) return;
      try {
        await work(one);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
