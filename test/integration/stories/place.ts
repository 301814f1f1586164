import type { ControlPlane } from "../control-plane/control-plane.ts";
import { listed, until } from "../control-plane/wait.ts";
import { OperatorProcess } from "../operator/operator-process.ts";
import { Account } from "./account.ts";
import { installElsewhere, newIdentity } from "./installed.ts";
import { stack, withSize } from "./stack.ts";
import { Team } from "./team.ts";

/** Objects, their AWS, and an operator for them alone, which reaches the API server through the proxy. */
export class Place {
  readonly team: Team;
  readonly account: Account;
  readonly start: () => Promise<OperatorProcess>;
  #maxvCpus = 1000;

  private constructor(team: Team, account: Account, start: () => Promise<OperatorProcess>) {
    this.team = team;
    this.account = account;
    this.start = start;
  }

  /** @param leaderElect without it there is no lease to lose */
  static async in(cluster: ControlPlane, leaderElect: boolean): Promise<Place> {
    const account = new Account({ speed: 50 });
    const { url: awsUrl } = await account.front();
    const home = await installElsewhere(cluster);
    const { kubeconfig } = await newIdentity(cluster, home, cluster.access.proxyUrl);
    const team = await Team.in(cluster, "disrupted");
    const { directory } = cluster.access;
    const flags = leaderElect ? ["--lease-namespace", home] : ["--no-leader-elect"];
    const start = () => OperatorProcess.start({ kubeconfig, directory, awsUrl, namespaces: [team.namespace], flags });
    return new Place(team, account, start);
  }

  async begin(): Promise<void> {
    await this.team.apply(...stack);
    await this.team.untilReady();
  }

  /** Gives the environment a size that it never had. @returns waits until AWS has it and all is Ready: how many ms */
  async change(): Promise<() => Promise<number>> {
    const maxvCpus = ++this.#maxvCpus;
    await this.team.apply(withSize(maxvCpus));
    return async () => {
      const began = performance.now();
      const isThere = async (): Promise<true | string> => {
        const sizes = this.account.aws.truth.computeEnvironments().map((one) => one.computeResources?.maxvCpus);
        return sizes.includes(maxvCpus) || `${listed(sizes)}${await this.team.summary()}`;
      };
      await until(isThere, `maxvCpus ${maxvCpus} in AWS`);
      await this.team.untilReady();
      return Math.round(performance.now() - began);
    };
  }
}
