import { useMemo, useState } from "preact/hooks";
import { allStates, type Item, type Snapshot, type State } from "../server/model.ts";
import { Card, ItemLink, Relation, Uses } from "./card.tsx";
import {
  beginsOpen,
  countsByState,
  everything,
  type Filter,
  type Group,
  groupsOf,
  isShown,
  itemsOf,
} from "./filter.ts";
import { kindTitle } from "./kind-title.ts";
import { layoutOf, type Placed, width } from "./layout.ts";
import { labelFrom, sharedIn, type Users, usersIn } from "./relations.ts";
import { StateSign } from "./signs.tsx";
import { stateWords } from "./state-words.ts";

interface MapProps {
  readonly snapshot: Snapshot;
  readonly open: string | undefined;
}

/** Queues, environments and definitions by namespace. */
export function MapView({ snapshot, open }: MapProps) {
  const [filter, setFilter] = useState<Filter>(everything);
  const items = useMemo(() => Object.values(snapshot.items), [snapshot.items]);
  const groups = useMemo(() => groupsOf(items, filter), [items, filter]);
  const shown = groups.reduce((sum, group) => sum + itemsOf(group).length, 0);
  return (
    <>
      <h2 class="hidden">Map</h2>
      <Tools items={items} filter={filter} shown={shown} onFilter={setFilter} />
      {groups.map((group) => (
        <Namespace
          key={group.namespace}
          group={group}
          items={snapshot.items}
          open={open}
          isOpenAtFirst={beginsOpen(group, shown)}
        />
      ))}
      {shown > 0 ? null : (
        <p class="notice">{items.length === 0 ? "There is no object yet." : "No object matches the filter."}</p>
      )}
    </>
  );
}

interface ToolsProps {
  readonly items: readonly Item[];
  readonly filter: Filter;
  readonly shown: number;
  readonly onFilter: (filter: Filter) => void;
}

function Tools({ items, filter, shown, onFilter }: ToolsProps) {
  const namespaces = [...new Set(items.map(({ namespace }) => namespace))].toSorted();
  const counts = countsByState(items.filter((item) => isShown(item, { ...filter, states: [] })));
  const toggle = (state: State): void => {
    const has = filter.states.includes(state);
    onFilter({ ...filter, states: has ? filter.states.filter((one) => one !== state) : [...filter.states, state] });
  };
  return (
    <search class="tools">
      <label>
        <span>Search</span>
        <input
          type="search"
          value={filter.text}
          placeholder="name, type, reason"
          onInput={({ currentTarget }) => onFilter({ ...filter, text: currentTarget.value })}
        />
      </label>
      {namespaces.length < 2 ? null : (
        <label>
          <span>Namespace</span>
          <select
            value={filter.namespace ?? ""}
            onChange={({ currentTarget: { value } }) =>
              onFilter({ ...filter, namespace: value === "" ? undefined : value })
            }
          >
            <option value="">all {namespaces.length}</option>
            {namespaces.map((namespace) => (
              <option key={namespace} value={namespace}>
                {namespace}
              </option>
            ))}
          </select>
        </label>
      )}
      <fieldset>
        <legend class="hidden">States</legend>
        {allStates.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={filter.states.includes(state)}
            disabled={!counts.has(state) && !filter.states.includes(state)}
            onClick={() => toggle(state)}
          >
            <StateSign state={state} /> <span aria-hidden="true">{stateWords[state]}</span>{" "}
            <span class="count">{counts.get(state) ?? 0}</span>
          </button>
        ))}
      </fieldset>
      <output>{shown === items.length ? `${shown} objects` : `${shown} of ${items.length} objects`}</output>
    </search>
  );
}

interface NamespaceProps {
  readonly group: Group;
  readonly items: Readonly<Record<string, Item>>;
  readonly open: string | undefined;
  readonly isOpenAtFirst: boolean;
}

function Namespace({ group, items, open, isOpenAtFirst }: NamespaceProps) {
  const [chosen, setChosen] = useState<boolean>();
  const isOpen = chosen ?? isOpenAtFirst;
  const { namespace } = group;
  const id = `namespace-${namespace}`;
  return (
    <section class="namespace" aria-labelledby={id}>
      <h3 id={id}>
        <button type="button" aria-expanded={isOpen} onClick={() => setChosen(!isOpen)}>
          <span class="namespaceName">{namespace}</span>
          <span class="counts">
            {[...countsByState(itemsOf(group))].map(([state, count]) => (
              <span key={state}>
                <StateSign state={state} /> {count}
              </span>
            ))}
          </span>
        </button>
      </h3>
      {isOpen ? <Content group={group} items={items} open={open} /> : null}
    </section>
  );
}

/** A column has at most so many cards until a person asks for the others. */
const mostCards = 60;

function Content({ group, items, open }: Omit<NamespaceProps, "isOpenAtFirst">) {
  const [isWhole, setWhole] = useState(false);
  const cut = (some: readonly Item[]): readonly Item[] => (isWhole ? some : some.slice(0, mostCards));
  const { namespace } = group;
  const shown: Group = {
    namespace,
    queues: cut(group.queues),
    environments: cut(group.environments),
    others: cut(group.others),
  };
  const left = itemsOf(group).length - itemsOf(shown).length;
  return (
    <>
      {shown.queues.length + shown.environments.length === 0 ? null : (
        <Drawing group={shown} items={items} open={open} />
      )}
      <Others some={shown.others} items={items} open={open} />
      {left === 0 ? null : (
        <button type="button" class="more" onClick={() => setWhole(true)}>
          Show {left} more objects
        </button>
      )}
    </>
  );
}

function Drawing({ group, items, open }: Omit<NamespaceProps, "isOpenAtFirst">) {
  const [pointed, setPointed] = useState<string>();
  const { queues, environments, lines, height } = useMemo(() => layoutOf(group, items), [group, items]);
  const lit = pointed ?? open;
  return (
    <div class="frame">
      <div class="drawing" style={{ height: `${height}rem`, width: `${width}rem` }}>
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
          {lines.map(({ from, to, order, path, labelX, labelY }) => (
            <g key={`${from} ${to}`} class={lit === from || lit === to ? "line lit" : "line"}>
              <path d={path} />
              {order === undefined ? null : (
                <text x={labelX} y={labelY}>
                  {order}
                </text>
              )}
            </g>
          ))}
        </svg>
        <Column title="Job queues" cards={queues} items={items} open={open} onPoint={setPointed} />
        <Column title="Environments" isSecond cards={environments} items={items} open={open} onPoint={setPointed} />
      </div>
    </div>
  );
}

interface ColumnProps extends Pick<NamespaceProps, "items" | "open"> {
  readonly title: string;
  readonly isSecond?: boolean;
  readonly cards: readonly Placed[];
  readonly onPoint: (id: string | undefined) => void;
}

function Column({ title, isSecond = false, cards, items, open, onPoint }: ColumnProps) {
  return (
    <>
      <p class={isSecond ? "column second" : "column"} aria-hidden="true">
        {title}
      </p>
      <ul aria-label={title}>
        {cards.map((placed) => (
          <Card key={placed.item.id} placed={placed} items={items} isOpen={placed.item.id === open} onPoint={onPoint} />
        ))}
      </ul>
    </>
  );
}

interface OthersProps {
  readonly some: readonly Item[];
  readonly items: Readonly<Record<string, Item>>;
  readonly open: string | undefined;
}

/** The objects of kinds without a place in the drawing. */
function Others({ some, items, open }: OthersProps) {
  const users = useMemo(() => usersIn(items), [items]);
  return (
    <>
      {[...Map.groupBy(some, ({ kind }) => kind)].map(([kind, ofKind]) => (
        <Chips key={kind} title={kindTitle(kind)} some={ofKind} items={items} users={users} open={open} />
      ))}
    </>
  );
}

interface ChipsProps extends OthersProps {
  readonly title: string;
  readonly users: Users;
}

function Chips({ title, some, items, users, open }: ChipsProps) {
  return (
    <>
      <p class="column below" aria-hidden="true">
        {title}
      </p>
      <ul class="definitions" aria-label={title}>
        {some.map((item) => (
          <li key={item.id} class={`chip ${item.state}${item.id === open ? " open" : ""}`} data-id={item.id}>
            <ItemLink item={item} isOpen={item.id === open}>
              <StateSign state={item.state} />
              <span class="name">{item.name}</span>
              <span class="facts">{item.state === "Current" ? item.facts.at(-1) : item.reason}</span>
            </ItemLink>
            <Uses references={sharedIn(item)} items={items} />
            <UsedBy item={item} users={users.get(item.id) ?? []} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** So many users are named; the panel of the object names all. */
const mostUsers = 3;

function UsedBy({ item, users }: { readonly item: Item; readonly users: readonly Item[] }) {
  if (users.length === 0) return null;
  const more = users.length - mostUsers;
  return (
    <p class="uses">
      used by{" "}
      {users.slice(0, mostUsers).map((user) => (
        <Relation key={user.id} item={user} label={labelFrom(item, user)} />
      ))}
      {more > 0 ? <span class="relation">and {more} more</span> : null}
    </p>
  );
}
