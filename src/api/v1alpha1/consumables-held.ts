import type { z } from "zod";
import { consumableEntryRules, consumableListRules } from "./job-definition-rules.ts";
import { reference } from "./references.ts";
import { arnText, atomicList, int, object } from "./schema.ts";

/** @param holder what refers to them, e.g. `the job` */
export const consumablesHeld = (holder: string) =>
  object(
    "Consumable resources that a job holds while it runs.",
    {
      consumableResourceList: atomicList(
        "Up to five resources, each once.",
        object(
          "A consumable that a job holds while it runs.",
          {
            consumableResource: arnText(
              "Name or ARN in AWS; in place of consumableResourceRef.",
              "consumableResource",
            ).optional(),
            consumableResourceRef: reference("A ConsumableResource object.", holder).optional(),
            quantity: int("How much of it one job holds.", 0, Number.MAX_SAFE_INTEGER).optional(),
          },
          ...consumableEntryRules,
        ),
        5,
      ).optional(),
    },
    ...consumableListRules,
  );

export type ConsumablesHeld = z.infer<ReturnType<typeof consumablesHeld>>;
