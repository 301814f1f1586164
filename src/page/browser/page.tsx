/**
 * The door of the page in the browser: renders the model of the server. `live.ts` receives it, `map.tsx` draws queues and
 * environments, `details.tsx` is what opens, `state-words.ts` are the words of each state.
 */

import { render } from "preact";
import { App } from "./app.tsx";

const root = document.getElementById("page");
if (root !== null) render(<App />, root);
