import { z } from "zod";

/** Types of values of the chart. Each has a description and a default. */

/** A named section of the values. */
export function section<T extends z.ZodRawShape>(description: string, shape: T) {
  return z.strictObject(shape).describe(description);
}

export const text = (description: string, preset = "") => z.string().default(preset).describe(description);

/** The name of an object, or a part of one. */
export const name = (description: string) =>
  z
    .string()
    .regex(/^([a-z]([a-z0-9-]*[a-z0-9])?)?$/)
    .default("")
    .describe(description);

export const port = (description: string, preset: number) =>
  z.number().int().min(1).max(65_535).default(preset).describe(description);

export const on = (description: string) => z.boolean().default(true).describe(description);

export const off = (description: string) => z.boolean().default(false).describe(description);

/** One of these; the first is the default. */
export function choice<const T extends readonly [string, ...string[]]>(description: string, options: T) {
  return z
    .enum(options)
    .default(options[0] as never)
    .describe(description);
}

export const integer = (description: string, preset: number, minimum = 0) =>
  z.number().int().min(minimum).default(preset).describe(description);

/** Text by text: labels, annotations. */
export const map = (description: string, preset: Readonly<Record<string, string>> = {}) =>
  z.record(z.string(), z.string()).default(preset).describe(description);

/** A list of objects in Kubernetes' own format, which the API server validates. */
export const list = (description: string) => listOf(z.record(z.string(), z.unknown()), description);

export const listOf = (item: z.ZodType, description: string) => z.array(item).default([]).describe(description);

/** The same, as an object. */
export const open = (description: string, preset: Readonly<Record<string, unknown>> = {}) =>
  z.record(z.string(), z.unknown()).default(preset).describe(description);

const amounts = z.record(z.string(), z.union([z.string(), z.number()]));

/** Requests and limits of a container. */
export const quantity = (description: string, preset: Record<"requests" | "limits", Record<string, string>>) =>
  z
    .strictObject({ requests: amounts.optional(), limits: amounts.optional(), claims: z.array(z.unknown()).optional() })
    .default(preset)
    .describe(description);
