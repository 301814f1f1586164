import { Command, Option } from "commander";
import { logLevelOption, operatorOptions } from "./flags.ts";
import type { Ending, Io } from "./io.ts";
import { listenAddress, namespaceName, namespaceNames, type RunFlags, shardSelector } from "./run/options.ts";
import { runOperator } from "./run/start.ts";

const afterHelp = `
It needs a cluster with the CRDs (kubectl apply -f manifests/crds.yaml), the permissions of manifests/, and AWS credentials that the
AWS SDK finds. Of several replicas one works; the others wait, with their caches filled.

GET /metrics at --metrics-address; GET /healthz and /readyz at --health-address. A certificate that is replaced in its
directory is used within a minute. SIGUSR1 changes the log level between
the one given and debug.

Exit code: 0 after SIGTERM, with the lease released; 1 on a usage or configuration error, or when leadership is lost;
2 when at start the API server, the CRDs, permissions or AWS credentials are missing.`;

/** @param run what is done with the flags; a test looks at them */
export function runCommand(io: Io, ending: Ending, run: typeof runOperator = runOperator): Command {
  const command = new Command("run")
    .summary("run the operator for a Kubernetes cluster")
    .description("Runs the operator for a Kubernetes cluster: AWS is made as its objects say, and kept so.")
    .option("--kubeconfig <file>", "how to reach the cluster (default: KUBECONFIG, then the pod's ServiceAccount)")
    .option("--watch-namespace <names>", "namespaces to work in (default: all)", namespaceNames)
    .addOption(
      new Option("--shard-selector <selector>", "reconcile only objects with these labels, as kubectl -l").argParser(
        shardSelector,
      ),
    );
  for (const option of operatorOptions()) command.addOption(option);
  command
    .addOption(addressOption("--metrics-address <address>", "where to serve metrics", ":8080"))
    .option("--metrics-tls-directory <dir>", "serve metrics by HTTPS, with tls.crt and tls.key of this directory")
    .option("--metrics-client-ca <file>", "and only to clients with a certificate that one of these CAs signed")
    .addOption(addressOption("--health-address <address>", "where to serve health", ":8081"))
    .addOption(new Option("--leader-elect", "work only while holding the lease (default)").default(true))
    .addOption(new Option("--no-leader-elect", "work at once: there must never be a second replica"))
    .addOption(
      new Option("--lease-namespace <name>", "of the Lease (default: the pod's, else aws-batch-system)").argParser(
        namespaceName,
      ),
    )
    .addOption(logLevelOption("info"));
  command.addHelpText("after", afterHelp);
  return command.action(ending(() => run(command.opts<RunFlags>(), io)));
}

function addressOption(flag: string, description: string, preset: string): Option {
  return new Option(flag, description).argParser(listenAddress).default(listenAddress(preset), preset);
}
