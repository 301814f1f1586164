import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { type RunResult, run } from "../integration/control-plane/run.ts";
import { awsEnvironment } from "../integration/operator/operator-process.ts";
import { Account } from "../integration/stories/account.ts";
import { describeWithHelm, type HelmProgram, helm, scratchDirectory } from "./helm.ts";
import { Kubelet } from "./kubelet.ts";
import { asHere, commands } from "./pages.ts";

/** A person who types the lines of a page. */
class Reader {
  readonly #program: HelmProgram;
  readonly #cluster: ControlPlane;
  readonly #awsUrl: string | undefined;
  readonly #directory = scratchDirectory();
  /** Programs that are not here. */
  readonly notRun = new Set<string>();

  constructor(program: HelmProgram, cluster: ControlPlane, awsUrl: string | undefined) {
    this.#program = program;
    this.#cluster = cluster;
    this.#awsUrl = awsUrl;
  }

  /** A file of the directory where the person types. */
  path(file: string): string {
    return join(this.#directory, file);
  }

  /** Gives what was printed. @throws if the command fails, with what it said */
  async type(line: string): Promise<string> {
    const [command = "", output] = line.split(" > ");
    const [name = "", ...words] = (command.match(/(?:[^\s']|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ""));
    const ran = await this.#run(
      name,
      words.map((word) => this.#place(word)),
    );
    if (ran === undefined) {
      this.notRun.add(name);
      return "";
    }
    const { code, stdout, stderr } = ran;
    // plan ends with 2 where something would change.
    expect([code, code === 0 ? "" : stderr], line).toEqual([
      words[0] === "plan" ? 2 : 0,
      words[0] === "plan" ? stderr : "",
    ]);
    if (output !== undefined) writeFileSync(this.path(output), stdout);
    return stdout;
  }

  async #run(name: string, args: readonly string[]): Promise<RunResult | undefined> {
    const { kubeconfig, kubectlPath } = this.#cluster.access;
    const environment = { ...awsEnvironment(this.#awsUrl), KUBECONFIG: kubeconfig };
    if (name === "helm") return await helm(this.#program, args, kubeconfig);
    if (name === "kubectl") return await run(kubectlPath, args, { environment });
    if (name === "aws-batch-operator") {
      return await run(process.execPath, [inject("bundle"), ...args], { environment });
    }
    if (name !== "cp") return undefined;
    const [, from = "", to = ""] = args;
    cpSync(from, to, { recursive: true });
    return { code: 0, stdout: "", stderr: "" };
  }

  #place(word: string): string {
    if (word === "~/.kube/config") return this.#cluster.access.kubeconfig;
    return word === "my-queue" ? this.path(word) : asHere(word);
  }
}

describeWithHelm(
  "the five steps on kind",
  (program) => {
    let cluster: ControlPlane;
    let kubelet: Kubelet;
    beforeAll(async () => {
      cluster = await startControlPlane({ controllerManager: true });
      kubelet = new Kubelet(cluster, inject("bundle"));
      kubelet.start();
    });
    afterAll(async () => {
      await kubelet?.stop();
      await cluster?.stop();
    });

    test("lead to a job that has ended, and to nothing at the end", async () => {
      const reader = new Reader(program, cluster, undefined);
      const said: string[] = [];
      const lines = commands("docs/getting-started-kind.md");
      // The chart's default tag.
      expect(lines[0]).toBe(`docker build --tag aws-batch-operator:${manifest.version} .`);
      for (const line of lines) said.push(await reader.type(line));
      expect([...reader.notRun]).toEqual(["docker", "kind"]);
      expect(said.join("\n")).toMatch(/Result|Succeeded/);
      expect(await reader.type("kubectl get awsbatch --no-headers")).toBe("");
    });
  },
  "Helm 4",
);

describeWithHelm(
  "the five steps on EKS",
  (program) => {
    let account: Account;
    let awsUrl: string;
    let cluster: ControlPlane;
    let kubelet: Kubelet;
    beforeAll(async () => {
      account = new Account({ speed: 30 });
      awsUrl = (await account.front()).url;
      cluster = await startControlPlane({ controllerManager: true });
      kubelet = new Kubelet(cluster, inject("bundle"), awsUrl);
      kubelet.start();
    });
    afterAll(async () => {
      await kubelet?.stop();
      await cluster?.stop();
      await account?.close();
    });

    test("lead to the log of a job, and leave nothing in AWS", async () => {
      const page = readFileSync("docs/getting-started-eks.md", "utf8");
      const [, roles = ""] = /^```yaml\nspec:\n(.*?)^```$/ms.exec(page) ?? [];
      const reader = new Reader(program, cluster, awsUrl);
      const said: string[] = [];
      for (const line of commands("docs/getting-started-eks.md")) {
        said.push(await reader.type(line));
        if (line.startsWith("cp ")) edit(reader.path("my-queue/job-definition.yaml"), roles);
      }
      expect([...reader.notRun]).toEqual(["aws"]);
      expect(() => JSON.parse(readFileSync(reader.path("policy.json"), "utf8"))).not.toThrow();
      expect(() => JSON.parse(readFileSync(reader.path("trust.json"), "utf8"))).not.toThrow();
      expect(said.join("\n")).toMatch(/^hello world$/m);
      expect(account.aws.truth.computeEnvironments().map(({ status }) => status)).toEqual(["DELETED"]);
    });
  },
  "Helm 4",
);

/** What the page asks the person to change. @param roles the lines below `spec` that the page shows */
function edit(file: string, roles: string): void {
  const before = readFileSync(file, "utf8");
  const after = before.replace(/^ *executionRoleArn: .*\n/m, "").replace(/^spec:\n/m, `spec:\n${roles}`);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}
