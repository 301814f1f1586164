import { tellPart } from "./part.ts";

tellPart(1, 4);
