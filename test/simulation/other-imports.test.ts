import { movesAccounts, otherSeeds } from "./imports.ts";

movesAccounts(otherSeeds);
