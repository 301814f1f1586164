import type { ComponentChildren } from "preact";
import type { Item, Part, Referenced } from "../server/model.ts";
import { environmentsOf, messageOf, othersOf, type Placed, shownName } from "./layout.ts";
import { hashOf } from "./route.ts";
import { StateSign } from "./signs.tsx";

interface CardProps {
  /** All, to find those that it references. */
  readonly items: Readonly<Record<string, Item>>;
  readonly placed: Placed;
  readonly isOpen: boolean;
  readonly onPoint: (id: string | undefined) => void;
}

/** A queue or an environment on the map. */
export function Card({ placed, items, isOpen, onPoint }: CardProps) {
  const { item, isAbroad } = placed;
  const { id, state } = item;
  const position = { left: `${placed.x}rem`, top: `${placed.y}rem`, height: `${placed.height}rem` };
  return (
    <li
      class={`card ${state}${isAbroad ? " abroad" : ""}${isOpen ? " open" : ""}`}
      style={position}
      data-id={isAbroad ? undefined : id}
      onMouseEnter={() => onPoint(id)}
      onMouseLeave={() => onPoint(undefined)}
      onFocusIn={() => onPoint(id)}
      onFocusOut={() => onPoint(undefined)}
    >
      <h4>
        <ItemLink item={item} isOpen={isOpen}>
          <StateSign state={state} />
          <span class="name">{shownName(item, isAbroad)}</span>
        </ItemLink>
      </h4>
      <p class="facts">{isAbroad ? `in namespace ${item.namespace}` : item.facts.join(" · ")}</p>
      {isAbroad ? null : <Body item={item} items={items} />}
    </li>
  );
}

function Body({ item, items }: Pick<CardProps, "items"> & { readonly item: Item }) {
  const said = messageOf(item);
  return (
    <>
      {said === undefined ? null : (
        <p class={said.warns ? "message warns" : "message"} title={said.message}>
          <strong>{said.label}</strong> {said.message}
        </p>
      )}
      {item.kind === "JobQueue" ? <Jobs item={item} /> : null}
      {item.kind === "JobQueue" ? <Order references={environmentsOf(item)} /> : null}
      {item.kind === "JobQueue" ? <Uses references={othersOf(item)} items={items} /> : null}
      {item.environments.length === 0 ? null : (
        <ul class="parts" aria-label="Environments in AWS">
          {item.environments.map((part) => (
            <PartRow key={part.name} part={part} />
          ))}
        </ul>
      )}
    </>
  );
}

function Jobs({ item }: { readonly item: Item }) {
  const { jobs } = item;
  if (jobs === undefined) {
    const isOfSageMaker = environmentsOf(item).some(({ kind }) => kind === "ServiceEnvironment");
    return <p class="jobs none">{isOfSageMaker ? "jobs of SageMaker are not counted here" : "jobs not read yet"}</p>;
  }
  const some = jobs.counts.filter(({ count }) => count !== "0");
  return (
    <p class="jobs">
      {some.length === 0 ? <span class="none">no unfinished jobs</span> : null}
      {some.map(({ status, count }) => (
        <span key={status} class={`job ${status}`}>
          <b>{count}</b> {status}
        </span>
      ))}
    </p>
  );
}

/** The lines of the drawing in words: for screen readers, and where there is no room for lines. */
function Order({ references }: { readonly references: readonly Referenced[] }) {
  return (
    <ol class="order" aria-label="Environments in this order">
      {references.map(({ id, label, exists }) => (
        <li key={label}>
          {id === undefined || !exists ? (
            `${label}${exists ? "" : " (does not exist)"}`
          ) : (
            <a href={hashOf({ view: "map", open: id })}>{label}</a>
          )}
        </li>
      ))}
    </ol>
  );
}

interface UsesProps {
  readonly references: readonly Referenced[];
  readonly items: Readonly<Record<string, Item>>;
}

/** What an object uses that has no line in the drawing, with its state. */
export function Uses({ references, items }: UsesProps) {
  if (references.length === 0) return null;
  return (
    <p class="uses">
      {references[0]?.use ?? "uses"}{" "}
      {references.map(({ id, label, exists }) => (
        <Relation key={label} item={items[id ?? ""]} label={exists ? label : `${label} (does not exist)`} />
      ))}
    </p>
  );
}

/** A relation to an object, with its sign; undefined: to what is only in AWS, or does not exist. */
export function Relation({ item, label }: { readonly item: Item | undefined; readonly label: string }) {
  if (item === undefined) return <span class="relation">{label}</span>;
  return (
    <a class="relation" href={hashOf({ view: "map", open: item.id })}>
      <StateSign state={item.state} /> {label}
    </a>
  );
}

/** An environment in AWS: its name, what it is for, and the vCPUs that AWS's scaler aims at. */
export function PartRow({ part }: { readonly part: Part }) {
  const { name, role, step, status, desiredvCpus, maxvCpus } = part;
  const use = desiredvCpus === undefined ? "" : `${desiredvCpus}/${maxvCpus ?? "?"} vCPUs`;
  return (
    <li class={`part ${role}`}>
      <span class="role">{step ?? role}</span>
      <span class="use">
        {status === undefined || status === "VALID" ? use : status}
        {desiredvCpus === undefined || maxvCpus === undefined ? null : (
          <meter min={0} max={Math.max(1, maxvCpus)} value={desiredvCpus} aria-label={`vCPUs of ${name}`} />
        )}
      </span>
      <AwsName name={name} />
    </li>
  );
}

/** A name in AWS, never cut; what distinguishes an environment from its predecessor is bold. */
function AwsName({ name }: { readonly name: string }) {
  const suffix = /-[0-9a-f]{8}$/.exec(name)?.[0] ?? "";
  return (
    <span class="awsName">
      {name.slice(0, name.length - suffix.length)}
      <b>{suffix}</b>
    </span>
  );
}

interface ItemLinkProps {
  readonly item: Item;
  readonly isOpen?: boolean;
  readonly children: ComponentChildren;
}

export function ItemLink({ item, isOpen = false, children }: ItemLinkProps) {
  return (
    <a href={hashOf({ view: "map", open: item.id })} aria-current={isOpen ? "true" : undefined} title={item.name}>
      {children}
    </a>
  );
}
