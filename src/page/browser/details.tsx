import { useEffect, useRef } from "preact/hooks";
import type { About, Details, Item, Plan, Snapshot } from "../server/model.ts";
import { PartRow } from "./card.tsx";
import { JobDetails } from "./job.tsx";
import { useDetails } from "./live.ts";
import { hashOf, type View } from "./route.ts";
import { StateSign } from "./signs.tsx";
import { Moment } from "./time.tsx";
import { fromEvents, PastReplacementBox, ReplacementNow } from "./timeline.tsx";

interface PanelProps {
  readonly about: About;
  readonly id: string;
  readonly view: View;
  readonly snapshot: Snapshot;
  readonly close: () => void;
}

/** Everything about one object. Escape closes it. */
export function DetailsPanel({ about, id, view, snapshot, close }: PanelProps) {
  const details = useDetails(id);
  const item = snapshot.items[id];
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [id]);
  const [kind = "", namespace = "", name = ""] = id.split("/");
  return (
    <section
      class="panel"
      aria-labelledby="panel-heading"
      onKeyDown={({ key }) => {
        if (key === "Escape") close();
      }}
    >
      <div class="panelHead">
        <p class="kind">
          {kind} in {namespace}
        </p>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <h2 id="panel-heading" ref={heading} tabIndex={-1}>
        {name}
      </h2>
      {item === undefined ? (
        <p class="notice">There is no such object: it was deleted, or never existed.</p>
      ) : (
        <Summary item={item} />
      )}
      {item === undefined || details === undefined || details === null ? null : (
        <Sections about={about} item={item} details={details} view={view} />
      )}
    </section>
  );
}

function Summary({ item }: { readonly item: Item }) {
  const { state, reason, message, warnings, replacement } = item;
  return (
    <>
      <p class="stateLine">
        <StateSign state={state} withWord /> <strong>{reason}</strong>
      </p>
      {replacement?.steps.some(({ text }) => text === message) ? null : <p class="whole">{message}</p>}
      {warnings.map((warning) => (
        <p key={warning.type} class="whole warning">
          <strong>
            {warning.type}: {warning.reason}
          </strong>{" "}
          {warning.message}
        </p>
      ))}
      {item.kind === "BatchComputeEnvironment" ? (
        <a href={hashOf({ view: "network", open: item.id })}>Network</a>
      ) : null}
      {item.kind === "JobQueue" ? <a href={hashOf({ view: "jobs", open: item.id })}>Jobs</a> : null}
      {replacement === undefined ? null : (
        <section>
          <h3>Now</h3>
          <ReplacementNow replacement={replacement} />
        </section>
      )}
    </>
  );
}

interface SectionsProps {
  readonly about: About;
  readonly item: Item;
  readonly details: Details;
  readonly view: View;
}

function Sections({ about, item, details, view }: SectionsProps) {
  const { conditions, facts, plan, jobId, referencedBy, events, past } = details;
  return (
    <>
      {item.environments.length === 0 ? null : (
        <section>
          <h3>Environments in AWS</h3>
          <ul class="parts">
            {item.environments.map((part) => (
              <PartRow key={part.name} part={part} />
            ))}
          </ul>
        </section>
      )}
      {plan === undefined ? null : <PlanSection plan={plan} />}
      {jobId === undefined ? null : (
        <section>
          <h3>Job in AWS</h3>
          <JobDetails key={jobId} id={jobId} of={item.id} />
        </section>
      )}
      <section>
        <h3>Conditions</h3>
        <ul class="conditions">
          {conditions.map(({ type, status, reason, message, lastTransitionTime }) => (
            <li key={type}>
              <p>
                <b>{type}</b>={status} <span class="reason">{reason}</span>{" "}
                <span class="at">
                  since <Moment at={lastTransitionTime} />
                </span>
              </p>
              <p class="whole">{message}</p>
            </li>
          ))}
        </ul>
      </section>
      {item.references.length + referencedBy.length === 0 ? null : (
        <section>
          <h3>References</h3>
          <ul class="links">
            {item.references.map(({ id, label, exists }) => (
              <li key={label}>
                uses {id === undefined || !exists ? label : <Link id={id} label={label} view={view} />}
              </li>
            ))}
            {referencedBy.map(({ id, label }) => (
              <li key={id}>
                used by <Link id={id} label={label} view={view} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>Facts</h3>
        <dl>
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{/^\d{4}-\d\d-\d\dT/.test(value) ? <Moment at={value} /> : value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {past.length === 0 ? null : (
        <section>
          <h3>Creations and replacements</h3>
          <p class="hint">{fromEvents(about)}</p>
          {past.map((one) => (
            <PastReplacementBox key={`${one.summary} ${one.steps[0]?.at}`} past={one} />
          ))}
        </section>
      )}
      <section>
        <h3>Events</h3>
        {events.problem === undefined ? null : <p class="notice problem">Events cannot be read: {events.problem}</p>}
        {events.lines.length > 0 || events.problem !== undefined ? null : <p class="hint">No event is kept.</p>}
        <ul class="events">
          {events.lines.map(({ at, type, reason, note, count }) => (
            <li key={`${at} ${reason} ${note}`} class={type}>
              <span class="at">
                <Moment at={at} />
              </span>{" "}
              <b>{reason}</b> {note}
              {count > 1 ? ` (${count} times)` : ""}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function PlanSection({ plan: { action, reason, changes } }: { readonly plan: Plan }) {
  return (
    <section>
      <h3>Plan: {action}</h3>
      <p class="whole">{reason}</p>
      <ul class="links">
        {changes.map(({ path, kind, reason: why }) => (
          <li key={path}>
            <code>{path}</code> needs {kind}: {why}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Link({ id, label, view }: { readonly id: string; readonly label: string; readonly view: View }) {
  return <a href={hashOf({ view, open: id })}>{label}</a>;
}
