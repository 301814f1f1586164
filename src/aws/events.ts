import type { Api } from "./api.ts";
import type { eventsCommands } from "./events-sdk.ts";

/** SQS and EventBridge as this program calls them, under the SDK's names and shapes. */
export type EventsApi = Api<typeof eventsCommands>;
