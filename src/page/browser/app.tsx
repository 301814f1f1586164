import { useEffect, useRef, useState } from "preact/hooks";
import type { About, Snapshot } from "../server/model.ts";
import { Boundary } from "./boundary.tsx";
import { DetailsPanel } from "./details.tsx";
import { JobsView } from "./jobs.tsx";
import { useLive } from "./live.ts";
import { MapView } from "./map.tsx";
import { NetworkView } from "./network.tsx";
import { Replacements, replacedIn } from "./replacements.tsx";
import { hashOf, type Route, routeOf, type View, views } from "./route.ts";

const titles: Readonly<Record<View, string>> = {
  map: "Map",
  replacements: "Replacements",
  network: "Network",
  jobs: "Jobs",
};

function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const change = (): void => setRoute(routeOf(location.hash));
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return route;
}

/** The page: one view, and the panel of the open object. */
export function App() {
  const { about, snapshot, isConnected } = useLive();
  const route = useRoute();
  // Network and jobs are about the open object themselves.
  const panel = route.view === "network" || route.view === "jobs" ? undefined : route.open;
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    // The focus returns to the link that opened the panel.
    if (panel === undefined && before.current !== undefined) {
      document.querySelector<HTMLElement>(`[data-id="${CSS.escape(before.current)}"] a`)?.focus();
    }
    before.current = panel;
  }, [panel]);
  const close = (): void => {
    location.hash = hashOf({ view: route.view, open: undefined });
  };
  if (about === undefined) return <p class="notice">{isConnected ? "" : "Connecting …"}</p>;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <Header about={about} isConnected={isConnected} route={route} snapshot={snapshot} />
      <Problems problems={snapshot.problems} />
      <main id="main" tabIndex={-1} class={panel === undefined ? "content" : "content withPanel"}>
        <div class="view">
          <Boundary key={route.view}>
            {route.view === "map" ? <MapView snapshot={snapshot} open={route.open} /> : null}
            {route.view === "replacements" ? <Replacements about={about} snapshot={snapshot} /> : null}
            {route.view === "network" ? <NetworkView snapshot={snapshot} open={route.open} /> : null}
            {route.view === "jobs" ? <JobsView snapshot={snapshot} open={route.open} /> : null}
          </Boundary>
        </div>
        {panel === undefined ? null : (
          <Boundary key={panel}>
            <DetailsPanel about={about} id={panel} view={route.view} snapshot={snapshot} close={close} />
          </Boundary>
        )}
      </main>
    </>
  );
}

/** Whether a view can show an object. */
function isAbout(view: View, id: string | undefined): boolean {
  const kind = id?.split("/")[0];
  if (view === "network" || view === "replacements") return kind === "BatchComputeEnvironment";
  return view === "map" || kind === "JobQueue";
}

interface HeaderProps {
  readonly about: About;
  readonly isConnected: boolean;
  readonly route: Route;
  readonly snapshot: Snapshot;
}

function Header({ about, isConnected, route, snapshot }: HeaderProps) {
  const { source, aws, speed } = about;
  const replaced = replacedIn(snapshot.items).length;
  return (
    <header>
      <h1>aws-batch-operator</h1>
      <p class="source">
        <span>{source}</span>
        <span>{aws ?? "AWS is not read"}</span>
        {speed === 1 ? null : <span>{speed}× speed</span>}
        <span role="status" class={isConnected ? "live" : "lost"}>
          {isConnected ? "Live" : "Connection lost: is the command still running?"}
        </span>
      </p>
      <nav aria-label="Views">
        {views.map((view) => (
          <a
            key={view}
            href={hashOf({ view, open: isAbout(view, route.open) ? route.open : undefined })}
            aria-current={view === route.view ? "page" : undefined}
          >
            {titles[view]}
            {view === "replacements" && replaced > 0 ? <span class="count"> {replaced}</span> : null}
          </a>
        ))}
      </nav>
    </header>
  );
}

function Problems({ problems }: { readonly problems: readonly string[] }) {
  return (
    <div role="alert">
      {problems.map((problem) => (
        <p key={problem} class="notice problem">
          {problem}
        </p>
      ))}
    </div>
  );
}
