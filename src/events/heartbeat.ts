/** Whether events arrive, as far as heartbeats say. Pure; times are monotonic ms. */

/** Between two heartbeats. */
export const beatMs = 60_000;
/** Two heartbeats are missing: one was due a minute after the last that came back, the other a minute later, and has had this time to return. */
const returnsWithinMs = 30_000;
/** For so long after it was sent a heartbeat that came back proves that events arrive. */
const provesForMs = 2 * beatMs + returnsWithinMs;
/** Of the heartbeats on their way. */
const mostKept = 10;

/** What was sent, and what came back. */
export interface Heartbeats {
  /** The newest ones, in their order: when each was sent. */
  readonly sent: ReadonlyMap<string, number>;
  /** When the newest one that came back was sent; undefined: none did. */
  readonly provenAt: number | undefined;
}

export const noHeartbeats: Heartbeats = { sent: new Map(), provenAt: undefined };

/** A heartbeat is about to be sent. One that fails to be sent does not come back either. */
export function sentNow(before: Heartbeats, token: string, now: number): Heartbeats {
  return { ...before, sent: new Map([...before.sent, [token, now] as const].slice(-mostKept)) };
}

/** One came back, perhaps late, twice, or before an earlier one; a token that was never sent proves nothing. */
export function returned(before: Heartbeats, token: string): Heartbeats {
  const sentAt = before.sent.get(token);
  if (sentAt === undefined) return before;
  return { ...before, provenAt: Math.max(sentAt, before.provenAt ?? sentAt) };
}

/** Until when the path counts as live; -Infinity: it does not. */
export function liveUntil({ provenAt = Number.NEGATIVE_INFINITY }: Heartbeats): number {
  return provenAt + provesForMs;
}

export function isLive(beats: Heartbeats, now: number): boolean {
  return now < liveUntil(beats);
}
