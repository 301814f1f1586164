import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { patienceMs } from "../integration/control-plane/wait.ts";

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
}

/** Debian's Chromium, one process for a file of tests. */
export function useBrowser(): (url: string, options?: PageOptions) => Promise<Page> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    // Root has no sandbox; the page is our own.
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox"],
      timeout: patienceMs,
    });
  });
  afterAll(async () => await browser?.close());
  return async (url, { width = 1280, height = 800, scheme = "light" } = {}) => {
    if (browser === undefined) throw new Error("the browser has not started");
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      locale: "en-GB",
      timezoneId: "UTC",
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    onTestFinished(async () => {
      await context.close();
      expect(faults).toEqual([]);
    });
    await page.goto(url);
    return page;
  };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong for people who use a keyboard or a screen reader; empty: nothing. */
export async function faultsOfAccess(page: Page): Promise<readonly string[]> {
  // By the debugger: the page's own policy lets no other script run.
  await page.evaluate(axeSource);
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { readonly axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
}
