import { describe, expect, test } from "vitest";
import type { Kind } from "../../src/api/object.ts";
import { BatchComputeEnvironmentKind, JobQueueKind, kinds } from "../../src/api/v1alpha1/kinds.ts";
import { runCli } from "../../src/program.ts";
import type { FakeApiServer } from "../kube/fake-api-server.ts";
import { refusal } from "../kube/fake-api-server.ts";
import { testIo } from "../tools/streams.ts";
import { emptyCluster, kubeconfigTo } from "./run/world.ts";

function holds(server: FakeApiServer, { plural }: Kind, names: readonly string[]): void {
  const items = names.map((name) => ({ metadata: { name, namespace: "team" }, spec: {} }));
  const json = { metadata: { resourceVersion: "1" }, items };
  server.on(`GET /apis/awsbatch.dev/v1alpha1/${plural}`, { json });
}

async function check(prepare: (server: FakeApiServer) => void) {
  const server = await emptyCluster();
  prepare(server);
  const { io, stdout, stderr } = testIo();
  const code = await runCli(["uninstall-check", "--kubeconfig", kubeconfigTo(server.url)], io);
  return { code, said: stdout.text + stderr.text };
}

describe("before an uninstallation", () => {
  test("a cluster without objects may lose the definitions", async () => {
    expect(await check(() => undefined)).toEqual({
      code: 0,
      said: "No objects are left: CRDs and operator can be deleted.\n",
    });
  });

  test("a cluster without the definitions has no objects", async () => {
    const { code } = await check((server) => {
      for (const { plural } of kinds) {
        server.on(`GET /apis/awsbatch.dev/v1alpha1/${plural}`, { status: 404, text: "404 page not found\n" });
      }
    });
    expect(code).toBe(0);
  });

  test("objects that are left are named, with both ways out", async () => {
    const { code, said } = await check((server) => {
      holds(server, BatchComputeEnvironmentKind, ["workers"]);
      holds(server, JobQueueKind, ["high", "low"]);
    });
    expect(code).toBe(1);
    expect(said).toMatch(/^error: 3 objects are left:\n {2}BatchComputeEnvironment team\/workers\n/);
    expect(said).toContain("  JobQueue team/low\n");
    expect(said).toContain("kubectl delete awsbatch --all --all-namespaces");
    expect(said).toContain("aws-batch-operator release --all");
  });

  test("of many objects the first ten are named", async () => {
    const said = async (count: number): Promise<string> => {
      const names = Array.from({ length: count }, (_, index) => `queue-${index}`);
      return (await check((server) => holds(server, JobQueueKind, names))).said;
    };
    expect(await said(12)).toContain("team/queue-9\n  and 2 more\n");
    expect(await said(11)).toContain("team/queue-9\n  and 1 more\n");
    expect(await said(10)).toContain("team/queue-9\nDeleting the CRDs");
  });

  test("objects of further pages count as well", async () => {
    const { code, said } = await check((server) => {
      const page = (name: string, more?: string) => ({
        json: {
          metadata: { resourceVersion: "1", continue: more },
          items: [{ metadata: { name, namespace: "team" }, spec: {} }],
        },
      });
      server.on(`GET /apis/awsbatch.dev/v1alpha1/${JobQueueKind.plural}`, ({ query }) =>
        query["continue"] === "second" ? page("two") : page("one", "second"),
      );
    });
    expect([code, said]).toEqual([1, expect.stringMatching(/^error: 2 objects are left:\n.*team\/one\n.*team\/two\n/)]);
  });

  test("without the permission to list them it does not report that there are none", async () => {
    const { code, said } = await check((server) => {
      server.on(`GET /apis/awsbatch.dev/v1alpha1/${JobQueueKind.plural}`, refusal(403, "Forbidden", "no list for you"));
    });
    expect([code, said]).toEqual([1, expect.stringContaining("no list for you")]);
  });
});
