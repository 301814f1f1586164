import { growWorlds } from "./given-worlds.ts";

growWorlds(0);
