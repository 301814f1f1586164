import { tellPart } from "./part.ts";

tellPart(2, 4);
