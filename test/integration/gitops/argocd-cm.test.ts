import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { linesOf, run } from "../control-plane/run.ts";
import { describeOnCluster } from "../control-plane/shared.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const page = readFileSync(`${root}docs/gitops.md`, "utf8");
const ours = (load(readFileSync(`${root}argocd/argocd-cm.yaml`, "utf8")) as { readonly data: Data }).data;

type Data = Readonly<Record<string, string>>;

/** What a user of Argo CD has in `argocd-cm`. */
const theirs: Data = {
  url: "https://argocd.example.com",
  "oidc.config": "name: SSO\nissuer: https://sso.example.com\nclientID: argocd\n",
  "accounts.alice": "apiKey, login",
  "resource.exclusions": "- kinds: [Event]\n",
  "resource.customizations.health.example.com_Widget": "return { status = 'Healthy' }\n",
};
const configMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "argocd-cm",
    namespace: "argocd",
    labels: { "app.kubernetes.io/part-of": "argocd", team: "platform" },
  },
  data: theirs,
};

/** How `argocd-cm` came to be: the first is Argo CD's classic installation. */
const origins: readonly (readonly [string, readonly string[]])[] = [
  ["a client-side apply", ["apply", "-f", "-"]],
  ["a server-side apply", ["apply", "--server-side", "-f", "-"]],
  ["a creation", ["create", "-f", "-"]],
];

describeOnCluster("the commands of docs/gitops.md that change argocd-cm", (cluster) => {
  beforeAll(async () => {
    linesOf(await cluster.kubectl(["create", "namespace", "argocd"]));
  });
  beforeEach(async () => {
    linesOf(await cluster.kubectl(["delete", "cm", "argocd-cm", "-n", "argocd", "--ignore-not-found"]));
  });

  const make = async (args: readonly string[]): Promise<void> => {
    linesOf(await cluster.kubectl(args, { input: JSON.stringify(configMap) }));
  };
  const stored = async (): Promise<{ readonly labels: Data; readonly data: Data }> => {
    const text = linesOf(await cluster.kubectl(["get", "cm", "argocd-cm", "-n", "argocd", "-o", "json"])).join("\n");
    const { metadata, data } = JSON.parse(text) as {
      readonly metadata: { readonly labels: Data };
      readonly data: Data;
    };
    return { labels: metadata.labels, data };
  };
  /** Runs a command as the page has it, from the root of the repository, as a reader does. */
  const type = async (command: string): Promise<void> => {
    const { kubectlPath, kubeconfig } = cluster.access;
    const script = `kubectl() { KUBECONFIG='${kubeconfig}' '${kubectlPath}' "$@"; }; ${command}`;
    linesOf(await run("sh", ["-c", script], { directory: root }));
  };
  const [adding = "", removing = ""] = commandsOnArgocdCm();

  test("are one that adds our entries and one that removes them", () => {
    expect(commandsOnArgocdCm()).toHaveLength(2);
  });

  test.each(origins)("keep every entry of an argocd-cm made by %s, also when run twice", async (_origin, args) => {
    await make(args);
    const { labels } = await stored();
    for (const _time of ["once", "twice"]) {
      await type(adding);
      expect(await stored()).toEqual({ labels, data: { ...theirs, ...ours } });
    }
    for (const _time of ["once", "twice"]) {
      await type(removing);
      expect(await stored()).toEqual({ labels, data: theirs });
    }
  });

  test.each(origins.slice(0, 2))(
    "add entries that %s of the user's own manifest leaves alone",
    async (_origin, args) => {
      await make(args);
      await type(adding);
      await make(args);
      expect((await stored()).data).toEqual({ ...theirs, ...ours });
    },
  );
});

/** The lines of the page's blocks that name a file of `argocd/`. */
function commandsOnArgocdCm(): readonly string[] {
  const blocks = [...page.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks.flatMap((block) => block.split("\n")).filter((line) => /^kubectl .* argocd\/\S+\.yaml$/.test(line));
}
