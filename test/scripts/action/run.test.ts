import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { load } from "js-yaml";
import { describe, expect, onTestFinished, test } from "vitest";
import { runAction } from "../../../scripts/action/run.ts";
import { runCli } from "../../../src/program.ts";
import { environment, quickstart, temporaryDirectory } from "../../tools/local/given.ts";
import { testIo } from "../../tools/streams.ts";

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user?: { readonly login: string } | null;
}

const bot = { login: "github-actions[bot]" };

/** A server with the part of GitHub's REST API that the action uses. */
async function gitHub(comments: Comment[], readOnly = false) {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const { method = "", url = "" } = request;
    calls.push(`${method} ${url}`);
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    void text(request).then((sent) => {
      if (request.headers.authorization !== "Bearer the-token") return answer(401, { message: "Bad credentials" });
      if (method === "GET") {
        const page = Number(new URL(url, "http://github").searchParams.get("page"));
        return answer(200, comments.slice((page - 1) * 100, page * 100));
      }
      if (readOnly && url !== "/graphql") return answer(403, { message: "Resource not accessible by integration" });
      if (url === "/graphql") return answer(200, { data: { viewer: bot } });
      const { body } = JSON.parse(sent) as { readonly body: string };
      const id = Number(/comments\/(\d+)$/.exec(url)?.[1] ?? comments.length + 1);
      const at = comments.findIndex((comment) => comment.id === id);
      comments.splice(at < 0 ? comments.length : at, at < 0 ? 0 : 1, { id, body, user: bot });
      return answer(method === "POST" ? 201 : 200, { id });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The step in a directory of manifests, on an empty simulated account. */
async function ran(files: Readonly<Record<string, string>>, api: string, more: Readonly<Record<string, string>> = {}) {
  const manifests = temporaryDirectory();
  for (const [file, content] of Object.entries(files)) writeFileSync(join(manifests, file), content);
  const runner = mkdtempSync(join(tmpdir(), "action-"));
  onTestFinished(() => rmSync(runner, { recursive: true }));
  const [event, output, summary] = ["event.json", "output", "summary.md"].map((name) => join(runner, name));
  writeFileSync(event ?? "", JSON.stringify(more["event"] === "push" ? {} : { pull_request: { number: 7 } }));
  for (const file of [output, summary]) writeFileSync(file ?? "", "");
  let printed = "";
  const exitCode = await runAction({
    env: {
      PLAN_PATH: manifests,
      PLAN_ARGUMENTS: " --simulate  --no-cluster ",
      PLAN_TOKEN: "the-token",
      GITHUB_EVENT_PATH: event,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_API_URL: api,
      GITHUB_GRAPHQL_URL: `${api}/graphql`,
      GITHUB_REPOSITORY: "team/batch",
      ...more,
    },
    command: async (args) => {
      const { io, stdout } = testIo();
      return { exitCode: await runCli(args, io), stdout: stdout.text };
    },
    print: (line) => {
      printed += line;
    },
  });
  const read = (file = ""): string => readFileSync(file, "utf8");
  return { exitCode, printed, manifests, output: read(output), summary: read(summary) };
}

describe("the action", () => {
  test("comments with the plan, and changes that comment in the next run", async () => {
    const others = Array.from({ length: 120 }, (_, index) => ({ id: index + 1, body: "well done" }));
    const comments: Comment[] = [...others];
    const { url, calls } = await gitHub(comments);
    const first = await ran(quickstart, url);
    expect([first.exitCode, first.output]).toEqual([0, "exit-code=2\n"]);
    expect(first.summary).toMatch(/^### AWS Batch plan: 3 creations; no running job is ended\n/);
    expect(comments.slice(120)).toEqual([
      { id: 121, user: bot, body: expect.stringMatching(/^<!-- aws-batch-operator plan /) },
    ]);
    expect(comments[120]?.body).toContain(first.summary);
    expect(calls.map((call) => call.split("?")[0])).toEqual([
      "POST /graphql",
      "GET /repos/team/batch/issues/7/comments",
      "GET /repos/team/batch/issues/7/comments",
      "POST /repos/team/batch/issues/7/comments",
    ]);
    const [own] = comments.slice(120);
    const marker = own?.body.split("\n")[0] ?? "";
    comments.splice(120, 1, { id: 121, user: bot, body: `${marker}\nan older plan` });
    await ran(quickstart, url, { PLAN_PATH: first.manifests });
    expect(calls.at(-1)).toBe("PATCH /repos/team/batch/issues/comments/121");
    expect(comments).toHaveLength(121);
    expect(comments[120]?.body).not.toContain("an older plan");
  });

  test.each([{ login: "stranger" }, { login: "github-actions" }, { login: "other[bot]" }, null, undefined])(
    "leaves the comment of somebody else (%j) alone who has begun it with the marker",
    async (user) => {
      const comments: Comment[] = [];
      const { url } = await gitHub(comments);
      const first = await ran(quickstart, url);
      const [own] = comments.splice(0) as [Comment];
      const planted: Comment = { ...own, id: 1, ...(user === undefined ? {} : { user }) };
      comments.push(user === undefined ? { id: 1, body: own.body } : planted);
      const before = structuredClone(comments[0]);
      await ran(quickstart, url, { PLAN_PATH: first.manifests });
      expect(comments).toEqual([before, { id: 2, user: bot, body: own.body }]);
    },
  );

  test("annotates invalid manifests, plans nothing and fails", async () => {
    const { url, calls } = await gitHub([]);
    const broken = { "environment.yaml": environment().replace("maxvCpus: 16", "maxvCpus: many") };
    const { exitCode, printed, output, summary } = await ran(broken, url);
    expect([exitCode, output, summary, calls]).toEqual([1, "exit-code=1\n", "", []]);
    expect(printed).toMatch(
      /^::error file=.*environment\.yaml,line=\d+,col=\d+,title=BatchComputeEnvironment default\/general is invalid::/,
    );
  });

  test("fails where an object is blocked, after it has commented", async () => {
    const comments: Comment[] = [];
    const { url } = await gitHub(comments);
    const bad = environment().replace(
      "maxvCpus: 16",
      "maxvCpus: 16\n    instanceTypes: [m6i.lagre]\n    instanceRole: r",
    );
    const { exitCode, output } = await ran({ "environment.yaml": bad.replace("FARGATE", "EC2") }, url);
    expect([exitCode, output]).toEqual([4, "exit-code=4\n"]);
    expect(comments[0]?.body).toContain("**blocked:**");
  });

  test("warns where the token may not comment, as that of a pull request from a fork", async () => {
    const { url } = await gitHub([], true);
    const { exitCode, printed, summary } = await ran(quickstart, url);
    expect(exitCode).toBe(0);
    expect(summary).not.toBe("");
    expect(printed).toContain("::warning::there is no comment on the pull request: Error: GitHub answered 403");
    expect(printed).not.toContain("the-token");
  });

  test.each([{ event: "push" }, { PLAN_COMMENT: "false" }])("writes only the summary with %j", async (more) => {
    const { url, calls } = await gitHub([]);
    const { exitCode, summary } = await ran(quickstart, url, more);
    expect([exitCode, calls]).toEqual([0, []]);
    expect(summary).not.toBe("");
  });
});

test("the step is a process that ends with the code of the action", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "environment.yaml"), "a: [");
  const env = { PLAN_PATH: directory, GITHUB_OUTPUT: join(directory, "output") };
  const ended = spawnSync(process.execPath, ["scripts/action/main.ts"], { env, encoding: "utf8" });
  expect([ended.status, ended.stderr]).toEqual([1, ""]);
  expect(ended.stdout).toMatch(/^::error file=.*environment\.yaml,line=1,col=5,title=invalid manifest::/);
  expect(readFileSync(env.GITHUB_OUTPUT, "utf8")).toBe("exit-code=1\n");
});

describe("action.yml", () => {
  interface Action {
    readonly inputs: Readonly<Record<string, object>>;
    readonly runs: {
      readonly steps: readonly { readonly run?: string; readonly uses?: string; readonly env?: object }[];
    };
  }
  const action = load(readFileSync("action.yml", "utf8")) as Action;

  test("gives every input to the script by its variable, and none to a shell", () => {
    const script = readFileSync("scripts/action/run.ts", "utf8");
    const variables = Object.keys(action.runs.steps.at(-1)?.env ?? {});
    expect(variables).toEqual(Object.keys(action.inputs).map((name) => `PLAN_${name.toUpperCase().replace("-", "_")}`));
    expect(variables.filter((name) => !script.includes(`"${name}"`))).toEqual([]);
    expect(action.runs.steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });
});
