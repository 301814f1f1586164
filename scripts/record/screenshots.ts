import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { chromium, type Locator, type Page } from "playwright-core";
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
  /** What is clicked, one after the other, as soon as it is there. */
  readonly clicks?: readonly string[];
  /** Is on the page when it is complete. */
  readonly text: string | RegExp;
  readonly width?: number;
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
  { ...replaced, name: "page-narrow", scheme: "light", hash: "#/map", text: "Soaking", width: 360, height: 880 },
  {
    ...replaced,
    name: "page-replacements",
    scheme: "light",
    seconds: 400,
    hash: "#/replacements",
    text: /replaced default_story-/,
    height: 880,
  },
  {
    name: "page-jobs",
    scheme: "dark",
    directory: "jobs",
    steps: ["examples/jobs"],
    seconds: 600,
    hash: "#/jobs/JobQueue/default/jobs",
    clicks: ["button:has-text('FAILED')", ".jobList button:has-text('failing')"],
    text: "Log",
    height: 900,
  },
  {
    name: "page-network",
    scheme: "light",
    directory: "broken-network",
    steps: ["examples/broken-network"],
    seconds: 90,
    hash: `#/network/${environment}/broken-network`,
    text: "ends here",
    height: 900,
  },
];

/** Of the world, until the objects of a step are ready. */
const secondsPerStep = 90;

/** Real and simulated time go on together until the page shows what it has to. */
const mostSeconds = 300;

/** Writes pictures of the page to a directory, in Debian's Chromium. */
export async function takeScreenshots(root: string, pictures: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    for (const screenshot of screenshots) {
      const { name, scheme, width = 1280, height } = screenshot;
      const page = await browser.newPage({
        viewport: { width, height },
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
  const { name, directory, steps, seconds, hash, clicks = [], text } = screenshot;
  const [first = "", ...others] = steps;
  // The page shows the path as the command gets it.
  process.chdir(parent);
  mkdirSync(directory);
  cpSync(join(root, first), directory, { recursive: true });
  const { run, url } = await servedSession(directory);
  try {
    await page.goto(url);
    for (const step of others) {
      await run.seconds(secondsPerStep);
      cpSync(join(root, step), directory, { recursive: true });
    }
    await run.seconds(seconds);
    await page.goto(`${url}${hash}`);
    const shows = async (what: Locator): Promise<void> => {
      for (let passed = 0; (await what.count()) === 0; passed++) {
        if (passed > mostSeconds) throw new Error(`${name}: the page does not show ${String(what)}`);
        await run.seconds(1);
      }
    };
    for (const selector of clicks) {
      await shows(page.locator(selector));
      await page.locator(selector).first().click();
    }
    await shows(page.getByText(text));
    // The last reads of AWS.
    await run.seconds(2);
    await page.waitForTimeout(300);
    await page.screenshot({ path: file });
  } finally {
    await run.interrupt();
    rmSync(parent, { recursive: true });
  }
}
