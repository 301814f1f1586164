import { Command, Option } from "commander";
import { operatorNamespace } from "../kube/installation.ts";
import { eventsQueueOption, ListOption, logLevelOption, operatorOptions } from "./flags.ts";
import type { Ending, Io } from "./io.ts";
import { listenAddress, namespaceName, namespaceNames, type RunFlags, shardSelector } from "./run/options.ts";
import { runOperator } from "./run/start.ts";

const afterHelp = `
The command needs a cluster with the CRDs (kubectl apply -f manifests/crds.yaml), the permissions of manifests/, and AWS
credentials from the AWS SDK's configuration. Of several replicas one works; the others wait with filled caches.

It serves GET /metrics at --metrics-address, and GET /healthz and /readyz at --health-address. A certificate that is
replaced in its directory is used within a minute. SIGUSR1 switches the log level between the given one and debug.

Exit code: 0 after SIGTERM, with the Lease released; 1 on a usage or configuration error, or if leadership is lost;
2 if the API server, CRDs, permissions or AWS credentials are missing at startup.`;

/** @param run gets the flags; replaced in tests */
export function runCommand(io: Io, ending: Ending, run: typeof runOperator = runOperator): Command {
  const command = new Command("run")
    .summary("run the operator for a Kubernetes cluster")
    .description("Runs the operator for a Kubernetes cluster: it makes AWS match the objects, and keeps it matching.")
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: KUBECONFIG, then the pod's ServiceAccount)")
    .addOption(new ListOption("--watch-namespace <names>", "namespaces to watch (default: all)", namespaceNames))
    .addOption(
      new Option("--shard-selector <selector>", "reconcile only objects with these labels, as kubectl -l").argParser(
        shardSelector,
      ),
    );
  for (const option of [...operatorOptions(), eventsQueueOption()]) command.addOption(option);
  command
    .addOption(addressOption("--metrics-address <address>", "address of the metrics server", ":8080"))
    .option("--metrics-tls-directory <dir>", "serve metrics over HTTPS, with tls.crt and tls.key of this directory")
    .option("--metrics-client-ca <file>", "serve metrics only to clients with a certificate of one of these CAs")
    .addOption(addressOption("--health-address <address>", "address of the health server", ":8081"))
    .addOption(new Option("--leader-elect", "work only while holding the Lease (default)").default(true))
    .addOption(new Option("--no-leader-elect", "work without a Lease; there must never be a second replica"))
    .addOption(
      new Option(
        "--lease-namespace <name>",
        `namespace of the Lease (default: the pod's, else ${operatorNamespace})`,
      ).argParser(namespaceName),
    )
    .addOption(logLevelOption("info"));
  command.addHelpText("after", afterHelp);
  return command.action(ending(() => run(command.opts<RunFlags>(), io)));
}

function addressOption(flag: string, description: string, preset: string): Option {
  return new Option(flag, description).argParser(listenAddress).default(listenAddress(preset), preset);
}
