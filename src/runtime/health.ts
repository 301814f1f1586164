import { type Pages, textPage } from "./http-server.ts";

/** One thing that has to be so. */
export interface HealthCheck {
  readonly name: string;
  /** What is wrong; undefined: nothing. */
  readonly problem: () => string | undefined;
  /** What is worth knowing although nothing is wrong. */
  readonly note?: () => string | undefined;
}

/**
 * `/healthz`: whether this process still works, else it is to be started anew. `/readyz`: whether it is of use.
 * Each names its checks; 503 when one fails.
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
