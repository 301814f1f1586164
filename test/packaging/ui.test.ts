import { cpSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { chromium, isCi } from "../../scripts/test/tools.ts";
import { unreadAws } from "../../src/page/server/aws-reader.ts";
import { servePage } from "../../src/page/server/serve.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { copyOf } from "../examples/command.ts";
import { exampleNamed } from "../examples/examples.ts";
import type { LocalRun } from "../examples/local-session.ts";
import { servedSession } from "../examples/served-session.ts";
import { anEnvironment, anObject, aQueue, condition, ready, ref } from "../page/server/objects.ts";
import { faultsOfAccess, useBrowser } from "./browser.ts";

async function session(directory: string): ReturnType<typeof servedSession> {
  const served = await servedSession(directory);
  onTestFinished(async () => void (await served.run.interrupt()));
  return served;
}

/** Lets virtual time pass until the page shows a text. */
async function shows(page: Page, run: LocalRun, text: string | RegExp, limitSeconds = 1200): Promise<void> {
  for (let passed = 0; passed < limitSeconds; passed++) {
    if ((await page.getByText(text).count()) > 0) return;
    await run.seconds(1);
    // A phase of the story takes many seconds, and the page has what was sent before this answer.
    await page.evaluate(async () => await (await fetch(".", { cache: "no-store" })).text());
  }
  throw new Error(`the page does not show ${text}: ${await page.locator("body").textContent()}`);
}

const isMissing = !isCi() && chromium.missing() !== undefined;

describe.skipIf(isMissing)("the page in Chromium", () => {
  const open = useBrowser();

  test("follows the blue-green story", async () => {
    const directory = copyOf(exampleNamed("blue-green-story/1-first"));
    const { run, url } = await session(directory);
    const page = await open(url);
    await shows(page, run, "0/64 vCPUs");

    cpSync(exampleNamed("blue-green-story/2-instance-type-changed").directory, directory, { recursive: true });
    await shows(page, run, "successor");
    await page.getByRole("link", { name: /Replacements/ }).click();
    const timeline = page.getByRole("list", { name: /^Steps: default_story-\w+ replaces default_story-02f4205e/ });
    await timeline.waitFor();
    expect(await timeline.getByRole("listitem").count()).toBe(7);
    expect(await faultsOfAccess(page)).toEqual([]);
    await shows(page, run, "No environment is replaced at the moment.");

    // The timeline stays, from events, with the steps that it had.
    const past = page.getByRole("list", { name: /^Steps: default_story-\w+ replaced default_story-02f4205e$/ });
    await past.waitFor();
    expect(await past.locator("li.done").count()).toBe(7);
    await page.getByText("From the events since this command began.").waitFor();
    expect(await faultsOfAccess(page)).toEqual([]);

    await page.getByRole("link", { name: "default/story" }).first().click();
    const panel = page.getByRole("region", { name: "story" });
    await panel.getByRole("heading", { name: "Creations and replacements" }).waitFor();
    expect(await panel.getByRole("list", { name: /^Steps: default_story-\w+ (replaced|was created)/ }).count()).toBe(2);
    expect(await faultsOfAccess(page)).toEqual([]);
  });

  test("shows what jobs hold, and which objects use it", async () => {
    const { run, url } = await session(copyOf(exampleNamed("licences")));
    const page = await open(url);
    await shows(page, run, "0 of 2 in use");
    const seats = page.getByRole("list", { name: "Consumable resources" });
    await seats.getByRole("link", { name: "Current simulate" }).click();
    const panel = page.getByRole("region", { name: "simulate" });
    await panel.getByRole("link", { name: "seats" }).click();
    const consumable = page.getByRole("region", { name: "seats" });
    await consumable.getByText("used by").waitFor();
    expect(await faultsOfAccess(page)).toEqual([]);
  });

  test("stays when one answer cannot be drawn, and gives nothing to copy that is not an approval", async () => {
    const forged = "p/Delete@1' ; touch PWNED ; echo '";
    const fast = anEnvironment("fast", {
      conditions: [condition("Ready", "False", "AwaitingApproval", "fast-1 is to be deleted")],
      status: "VALID",
      target: "fast-2",
      predecessors: [{ name: "fast-1", step: "AwaitingApproval" }],
      plan: { id: "p", action: "Replace", reason: "instanceTypes", changes: [], approval: forged },
    });
    const odd = async () => ({ data: {} as never });
    const questions = { network: odd, queue: odd, jobs: odd, job: odd, log: odd };
    const page = await open(await pageOf([aQueue("main", [ref("fast")]), fast], { questions }));
    await page.getByRole("link", { name: /Replacements/ }).click();
    await page.getByText("fast-1 is to be deleted").first().waitFor();
    expect(await page.locator("body").textContent()).not.toContain("PWNED");
    for (const [view, of] of [
      ["network", "BatchComputeEnvironment"],
      ["jobs", "JobQueue"],
    ] as const) {
      await page.evaluate(`location.hash = "#/${view}/${of}/team/${of === "JobQueue" ? "main" : "fast"}"`);
      await page.getByText(/^This cannot be shown: /).waitFor();
      expect(await faultsOfAccess(page)).toEqual([]);
      await page.getByRole("link", { name: "Map", exact: true }).click();
      await page.locator(".card").first().waitFor();
    }
  });

  test("shows what a person has to approve, with what to write", async () => {
    const objects = [
      aQueue("main", [ref("fast")]),
      anEnvironment("fast", {
        conditions: [condition("Ready", "False", "AwaitingApproval", "the queues are to be switched to fast-2")],
        status: "VALID",
        serving: "fast-1",
        target: "fast-2",
        predecessors: [{ name: "fast-1", step: "Standby" }],
        plan: { id: "p", action: "Replace", reason: "instanceTypes", changes: [], approval: "p/Repoint@1a2b" },
      }),
    ];
    const page = await open(await pageOf(objects));
    await page.getByRole("link", { name: /Replacements/ }).click();
    await page
      .getByText("A person has to approve the step Switch queues, which holdBefore calls Repoint. Run:")
      .waitFor();
    expect(await page.locator("pre").textContent()).toBe(
      "kubectl annotate --overwrite -n team batchcomputeenvironments/fast awsbatch.dev/approve=p/Repoint@1a2b",
    );
    expect(await page.locator('[aria-current="step"]').textContent()).toContain("waits for approval");
    expect(await faultsOfAccess(page)).toEqual([]);
  });

  test("shows where a network is broken", async () => {
    const { run, url } = await session(copyOf(exampleNamed("broken-network")));
    const page = await open(url, { scheme: "dark" });
    await shows(page, run, "NetworkReady: NoPublicIp");
    await shows(page, run, /JobsProgressing: NetworkUnreachable/);
    expect(await faultsOfAccess(page)).toEqual([]);

    await page.getByRole("link", { name: "Network", exact: true }).click();
    await page.getByRole("link", { name: /default\/broken-network$/ }).click();
    await shows(page, run, "Instances do not reach everything that they need.");
    const way = page.getByRole("list", { name: /^Way to ecs-agent/ }).first();
    expect(await way.getByRole("listitem").last().textContent()).toContain("ends here");
    expect(await faultsOfAccess(page)).toEqual([]);

    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await page.getByRole("link", { name: /default\/broken-network$/ }).click();
    await shows(page, run, /is blocked: 1 job waits/);
    await page.getByRole("button", { name: /^RUNNABLE/ }).click();
    await shows(page, run, /^1 job$/);
    await page.locator(".jobList button").click();
    await shows(page, run, "hello-broken:1");
    expect(await faultsOfAccess(page)).toEqual([]);
  });

  test("shows the end of a job's log, of each of its attempts", async () => {
    const { run, url } = await session(copyOf(exampleNamed("jobs")));
    await run.seconds(300);
    const page = await open(`${url}#/jobs/JobQueue/default/jobs`, { width: 360, height: 740 });
    await page.getByRole("button", { name: "FAILED" }).click();
    await shows(page, run, /^1 job$/);
    await page.locator(".jobList button").click();
    await shows(page, run, /^attempt 3$/);
    await page.getByRole("combobox").selectOption("1 of 3");
    await shows(page, run, /^attempt 1$/);
    expect(await page.getByRole("region", { name: "Log of attempt 1" }).locator(".lines li").count()).toBe(1);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(await faultsOfAccess(page)).toEqual([]);

    // The object of the job has the same, in its panel.
    const object = await open(`${url}#/map/BatchJob/default/failing`);
    await shows(object, run, /^attempt 3$/);
    expect(await faultsOfAccess(object)).toEqual([]);

    // The lines of an array are those of its children.
    await page.getByRole("button", { name: "SUCCEEDED" }).click();
    await shows(page, run, "children");
    await page.locator(".jobList button", { hasText: "children" }).first().click();
    await shows(page, run, "Open a child");
    await page.getByLabel(/^Open a child, from 0 to/).fill("1");
    await shows(page, run, "Log stream");
    expect(await faultsOfAccess(page)).toEqual([]);
  });

  test("is usable by keyboard alone, and on a narrow screen", async () => {
    const objects = [aQueue("main", [ref("fast"), ref("shared", "platform")]), anEnvironment("fast")];
    const page = await open(await pageOf(objects), { width: 360, height: 740 });
    await page.getByRole("link", { name: "Current main" }).focus();
    await page.keyboard.press("Enter");
    const heading = page.getByRole("heading", { name: "main", level: 2 });
    // The page focuses what it has drawn a moment later; a locator waits, and needs no eval, which the page's policy refuses.
    await heading.and(page.locator(":focus")).waitFor();
    expect(await faultsOfAccess(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Current main" }).and(page.locator(":focus")).waitFor();
    expect(await page.getByText("platform/shared (does not exist)").isVisible()).toBe(true);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(await faultsOfAccess(page)).toEqual([]);
  });

  test.each([1280, 360])("cuts no name, on a page of %d pixels", async (width) => {
    const name = "an-environment-with-a-name-that-is-as-long-as-names-are-in-some-teams";
    const serving = `team_${name}-12345678`;
    const objects = [
      aQueue(`${name}-queue`, [ref(name)]),
      anEnvironment(name, { conditions: [ready], status: "VALID", serving, target: serving }),
      anObject("JobDefinition", `${name}-definition`, { status: { conditions: [ready] } }),
    ];
    const page = await open(await pageOf(objects), { width });
    await page.getByText("3 objects").waitFor();
    const cut =
      "(element) => element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1";
    const found = await page.evaluate(`[...document.querySelectorAll(".card, .name, .awsName")].filter(${cut}).length`);
    expect(found).toBe(0);
    for (const text of [name, `${name}-queue`, `${name}-definition`]) {
      expect(await page.locator(".name", { hasText: text }).first().isVisible()).toBe(true);
    }
    expect(await page.locator(".awsName").textContent()).toBe(serving);
  });

  test.each([1280, 360])(
    "shows a sign next to the first line of its name, and a message with its reason, on %d pixels",
    async (width) => {
      const message =
        "instances of team_fast-4200ed42 cannot join their cluster: subnet-0d44000000000000a: rtb-0d44000000000000a leads to " +
        "igw-0d440000000000001, but instances get no public IP, so no response can return";
      const failed = [
        condition("Ready", "False", "Refused", message),
        condition("Stalled", "True", "Refused", message),
      ];
      const name = "an-environment-with-a-name-that-is-as-long-as-names-are-in-some-teams";
      const page = await open(await pageOf([anEnvironment(name, { conditions: failed })]), { width });
      await page.getByText("1 object").first().waitFor();
      const top = async (selector: string) => (await page.locator(`.card ${selector}`).boundingBox())?.y ?? Number.NaN;
      expect((await top(".sign svg")) - (await top(".name"))).toBeLessThan(12);
      const cut = "(element) => element.scrollHeight > element.clientHeight + 1";
      expect(await page.evaluate(`[...document.querySelectorAll(".card, .message")].filter(${cut}).length`)).toBe(0);
    },
  );

  test("stays readable with 500 objects", async () => {
    const page = await open(await pageOf(generated(500)));
    await page.getByText("500 objects").waitFor();
    // Only the namespace with a failed object is open.
    expect(await page.locator('section button[aria-expanded="true"]').allTextContents()).toEqual([
      expect.stringContaining("team-7"),
    ]);
    expect(await faultsOfAccess(page)).toEqual([]);
    await page.getByRole("searchbox").fill("environment-3 team-3");
    await page.getByText(/^\d+ of 500 objects$/).waitFor();
    expect(await page.locator(".card").count()).toBeLessThan(20);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Failed 1", exact: true }).click();
    await page.getByText("1 of 500 objects").waitFor();
  });
});

async function pageOf(
  objects: Parameters<typeof generatedWorld>[0],
  more: Partial<Parameters<typeof servePage>[0]> = {},
): Promise<string> {
  const served = await servePage({ ...generatedWorld(objects), ...more }, { clock: systemClock(), port: 0 });
  onTestFinished(() => served.close());
  return served.url;
}

function generatedWorld(objects: readonly ReturnType<typeof anObject>[]): Parameters<typeof servePage>[0] {
  return {
    about: { source: "generated", aws: undefined, speed: 1, hasKubectl: true },
    objects: () => objects,
    eventsOf: async () => ({ lines: [] }),
    problems: () => [],
    eventsOfKind: async () => ({ data: new Map() }),
    aws: unreadAws,
    questions: undefined,
  };
}

/** Ten namespaces; every fifth object is a queue, every fifth an environment. One object is Failed. */
function generated(count: number): readonly ReturnType<typeof anObject>[] {
  return Array.from({ length: count }, (_, index) => {
    const parts = { namespace: `team-${index % 10}`, status: { conditions: [ready] } };
    const name = Math.floor(index / 50);
    if (index === 7) {
      const conditions = [condition("Ready", "False", "Invalid", "no subnet"), condition("Stalled", "True", "Invalid")];
      return anObject("JobDefinition", "broken", { ...parts, status: { conditions } });
    }
    const which = Math.floor(index / 10) % 5;
    if (which === 1) return aQueue(`queue-${name}`, [ref(`environment-${name}`)], parts);
    if (which === 2) return anObject("BatchComputeEnvironment", `environment-${name}`, parts);
    return anObject("JobDefinition", `definition-${index}`, parts);
  });
}
