import { type Pages, textPage } from "./http-server.ts";

/** One check. */
export interface HealthCheck {
  readonly name: string;
  /** The problem, if any. */
  readonly problem: () => string | undefined;
  /** A note without a problem. */
  readonly note?: () => string | undefined;
}

/**
 * `/healthz`: whether this process still works, or has to be restarted. `/readyz`: whether it is ready.
 * Each lists its checks; 503 if one fails.
 */
export function healthPages(checks: {
  readonly live: readonly HealthCheck[];
  readonly ready: readonly HealthCheck[];
}): Pages {
  return {
    "/healthz": () => pageOf(checks.live),
    "/readyz": () => pageOf(checks.ready),
  };
}

function pageOf(checks: readonly HealthCheck[]) {
  const results = checks.map(({ name, problem, note }) => ({ name, problem: problem(), note: note?.() }));
  const lines = results.map(({ name, problem, note }) => {
    if (problem !== undefined) return `[-] ${name}: ${problem}`;
    return note === undefined ? `[+] ${name}` : `[+] ${name}, ${note}`;
  });
  const ok = results.every(({ problem }) => problem === undefined);
  return textPage(ok ? 200 : 503, [...lines, ok ? "ok" : "failed"].map((line) => `${line}\n`).join(""));
}
