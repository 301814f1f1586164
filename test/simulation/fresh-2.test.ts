import { growWorlds } from "./fresh-worlds.ts";

growWorlds(1);
