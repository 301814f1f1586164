import type { Item, NetworkPicture, NetworkState, NetworkWay, Snapshot, State } from "../server/model.ts";
import { questionOf, useAnswer } from "./ask.ts";
import { StateSign } from "./signs.tsx";
import { Subjects, subjectOf } from "./subjects.tsx";

interface NetworkProps {
  readonly snapshot: Snapshot;
  /** ID of the environment. */
  readonly open: string | undefined;
}

/** The way from each subnet of an environment to each endpoint, and where it ends. */
export function NetworkView({ snapshot: { items }, open }: NetworkProps) {
  const environments = Object.values(items).filter(({ kind }) => kind === "BatchComputeEnvironment");
  const subjects = { items: environments, open, isUrgent: hasNetworkProblem };
  const item = subjectOf(subjects);
  return (
    <>
      <h2>Network</h2>
      <Subjects {...subjects} view="network" shown={item} noun="an environment" />
      {item === undefined ? null : <Picture key={item.id} item={item} />}
    </>
  );
}

function hasNetworkProblem({ warnings }: Item): boolean {
  return warnings.some(({ type }) => type === "NetworkReady");
}

/** kstatus has no states for networks: these have the same signs. */
const signs: Readonly<Record<NetworkState, State>> = {
  Reachable: "Current",
  Unreachable: "Failed",
  Unknown: "Unknown",
};

function Picture({ item }: { readonly item: Item }) {
  const { answer, again } = useAnswer<NetworkPicture>(questionOf("network", { of: item.id }));
  return (
    <section aria-label={`Network of ${item.name}`} aria-busy={answer === undefined}>
      <div class="bar">
        <p role="status">{answer === undefined ? "Reading EC2 and IAM …" : "As AWS describes it now."}</p>
        <button type="button" class="more" onClick={again} disabled={answer === undefined}>
          Read again
        </button>
      </div>
      {answer === undefined ? null : "problem" in answer ? (
        <p class="notice problem">{answer.problem}</p>
      ) : (
        <Paths picture={answer.data} />
      )}
    </section>
  );
}

function Paths({ picture: { state, subnets, findings } }: { readonly picture: NetworkPicture }) {
  return (
    <>
      <p class="stateLine">
        <StateSign state={signs[state]} />{" "}
        <strong>
          {state === "Reachable" ? "Instances reach everything that they need." : ""}
          {state === "Unreachable" ? "Instances do not reach everything that they need." : ""}
          {state === "Unknown" ? "Whether instances reach what they need is unknown." : ""}
        </strong>
      </p>
      {findings.map(({ cause, message, prevents, subnetIds, services, fixes }) => (
        <section key={`${cause} ${message}`} class="panelBox finding">
          <h3>{cause}</h3>
          <p class="whole">
            {subnetIds.length === 0 ? "" : `From ${subnetIds.join(", ")}`}
            {services.length === 0 ? "" : ` to ${services.join(", ")}`}
            {subnetIds.length === 0 ? "" : ": "}
            {message}
          </p>
          <p class="hint">It keeps {prevents}.</p>
          {fixes.length === 0 ? null : <p>{fixes.length === 1 ? "To fix it:" : "To fix it, do one of these:"}</p>}
          <ul class="fixes">
            {fixes.map((fix) => (
              <li key={fix}>{fix}</li>
            ))}
          </ul>
        </section>
      ))}
      {subnets.map(({ subnetId, zone, state: subnetState, ways }) => (
        <section key={subnetId} class="panelBox">
          <h3>
            <StateSign state={signs[subnetState]} /> {subnetId} {zone === undefined ? "" : `(${zone})`}
          </h3>
          {ways.length === 0 ? <p class="hint">No path was traced.</p> : null}
          {ways.map((way) => (
            <Way key={way.services.join()} way={way} />
          ))}
        </section>
      ))}
    </>
  );
}

const kinds: Readonly<Record<string, string>> = {
  securityGroup: "security group",
  networkAcl: "network ACL",
  routeTable: "route table",
  internetGateway: "internet gateway",
  egressOnlyGateway: "egress-only gateway",
  natGateway: "NAT gateway",
  endpoint: "VPC endpoint",
  beyond: "beyond the VPC",
};

function Way({ way: { services, hops, end } }: { readonly way: NetworkWay }) {
  const to = services.join(", ");
  return (
    <div class="way">
      <h4>to {to}</h4>
      <ol aria-label={`Way to ${to}`}>
        {hops.map(({ kind, id, detail }, index) => (
          <li key={`${index} ${id}`} class="hop">
            <span class="hopKind">{kinds[kind] ?? kind}</span>
            <span class="hopId">{id}</span>
            <span class="hopDetail">{detail}</span>
          </li>
        ))}
        <End end={end} />
      </ol>
      {end.kind === "reached" && end.assumed.length > 0 ? <p class="hint">Assumed: {end.assumed.join("; ")}</p> : null}
    </div>
  );
}

function End({ end }: { readonly end: NetworkWay["end"] }) {
  if (end.kind === "reached") {
    return (
      <li class="hop end reached">
        <StateSign state="Current" /> reached
      </li>
    );
  }
  const { kind, cause, message } = end;
  return (
    <li class={`hop end ${kind}`}>
      <span class="hopKind">
        <StateSign state={kind === "stopped" ? "Failed" : "Unknown"} />{" "}
        {kind === "stopped" ? "ends here" : "unknown from here"}
      </span>
      <span class="hopId">{cause}</span>
      <span class="hopDetail">{message}</span>
    </li>
  );
}
