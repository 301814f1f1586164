import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { chromium, type Page } from "playwright-core";
import { servedSession } from "../../test/examples/served-session.ts";

/** A picture of the page. */
interface Screenshot {
  readonly name: string;
  readonly scheme: "light" | "dark";
  /** The path on the picture. */
  readonly directory: string;
  /** Directories of manifests, copied there one after the other. */
  readonly steps: readonly string[];
  /** Of the world, after the last step. */
  readonly seconds: number;
  /** The address after `#`. */
  readonly hash: string;
  /** Is on the page when it is complete. */
  readonly text: string;
  readonly height: number;
}

const story = ["examples/blue-green-story/1-first", "examples/blue-green-story/2-instance-type-changed"];
const environment = "BatchComputeEnvironment/default";
const replaced = {
  directory: "blue-green-story",
  steps: story,
  seconds: 75,
  hash: `#/map/${environment}/story`,
  text: "Soak",
  height: 620,
} as const;
const screenshots: readonly Screenshot[] = [
  { ...replaced, name: "page-map-light", scheme: "light" },
  { ...replaced, name: "page-map-dark", scheme: "dark" },
  {
    name: "page-network",
    scheme: "light",
    directory: "broken-network",
    steps: ["examples/broken-network"],
    seconds: 0,
    hash: `#/network/${environment}/broken-network`,
    text: "ends here",
    height: 900,
  },
];

/** Real and simulated time go on together until the page shows what it has to. */
const mostSeconds = 300;

/** Writes pictures of the page to a directory, in Debian's Chromium. */
export async function takeScreenshots(root: string, pictures: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    for (const screenshot of screenshots) {
      const { name, scheme, height } = screenshot;
      const page = await browser.newPage({
        viewport: { width: 1280, height },
        colorScheme: scheme,
        locale: "en-GB",
        timezoneId: "UTC",
      });
      await take(page, screenshot, root, join(pictures, `${name}.png`));
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

async function take(page: Page, screenshot: Screenshot, root: string, file: string): Promise<void> {
  const parent = mkdtempSync(join(tmpdir(), "record-"));
  const { directory, steps, seconds, hash, text } = screenshot;
  const [first = "", ...others] = steps;
  // The page shows the path as the command gets it.
  process.chdir(parent);
  mkdirSync(directory);
  cpSync(join(root, first), directory, { recursive: true });
  const { run, url } = await servedSession(directory);
  try {
    await page.goto(url);
    await run.seconds(90);
    for (const step of others) {
      cpSync(join(root, step), directory, { recursive: true });
      await run.seconds(seconds);
    }
    await page.goto(`${url}${hash}`);
    for (let passed = 0; (await page.getByText(text).count()) === 0; passed++) {
      if (passed > mostSeconds) throw new Error(`the page does not show ${text}`);
      await run.seconds(1);
    }
    // The last reads of AWS.
    await run.seconds(2);
    await page.waitForTimeout(300);
    await page.screenshot({ path: file });
  } finally {
    await run.interrupt();
    rmSync(parent, { recursive: true });
  }
}
