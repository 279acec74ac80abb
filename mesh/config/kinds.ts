import { type About, type Fallback, type Held, setting } from "./setting.ts";

/** A whole number. */
export function int<F extends Fallback<number>>(
  name: string,
  fallback: F,
  { about, min, max }: About<{ min?: number; max?: number }>,
) {
  const [low, high] = [min ?? Number.MIN_SAFE_INTEGER, max ?? Number.MAX_SAFE_INTEGER];
  const range = [min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`]
    .filter(Boolean)
    .join(", ");
  return setting<number, F>(name, fallback, about, {
    wanted: `a whole number${range && `, ${range}`}`,
    parse: (text) =>
      /^-?\d{1,16}$/.test(text) && Number(text) >= low && Number(text) <= high ? Number(text) : undefined,
  });
}

/** Any text, or one of a given form; `form` is the expression and its words. */
export function text<F extends Fallback<string>>(
  name: string,
  fallback: F,
  { about, form }: About<{ form?: readonly [RegExp, string] }>,
) {
  return setting<string, F>(name, fallback, about, {
    wanted: form?.[1] ?? "a text",
    parse: (given) => (!form || form[0].test(given) ? given : undefined),
  });
}

const YES_NO = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["off", false],
  ["0", false],
]);

/** True or false. */
export function flag<F extends Fallback<boolean>>(name: string, fallback: F, { about }: About) {
  return setting<boolean, F>(name, fallback, about, {
    wanted: "true or false",
    parse: (given) => YES_NO.get(given.toLowerCase()),
  });
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function milliseconds(given: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(given) ?? [];
  return unit === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}

function briefly(ms: number): string {
  const unit = (["d", "h", "m", "s"] as const).find((one) => ms > 0 && ms % UNITS[one] === 0) ?? "ms";
  return `${ms / UNITS[unit]}${unit}`;
}

/** A length of time as "500ms", "15m" or "30d"; its value is in milliseconds. */
export function duration<const F extends Fallback<string>>(
  name: string,
  fallback: F,
  { about, min = "0ms", max }: About<{ min?: string; max?: string }>,
) {
  const [low = 0, high = Number.MAX_SAFE_INTEGER] = [
    milliseconds(min),
    max === undefined ? undefined : milliseconds(max),
  ];
  const range = `${low > 0 ? `, at least ${min}` : ""}${max ? `, at most ${max}` : ""}`;
  const parse = (text: string) => {
    const ms = milliseconds(text);
    return ms !== undefined && ms >= low && ms <= high ? ms : undefined;
  };
  const given: Fallback<string> = fallback;
  const start = typeof given === "string" ? (milliseconds(given) ?? Number.NaN) : given;
  return setting(name, start, about, {
    wanted: `a time like 500ms, 15m or 30d${range}`,
    parse,
    write: briefly,
  }) as Held<number, F>;
}

/** Hides the password of an address, also of one too broken to be parsed. */
export const maskUrl = (given: string): string =>
  given
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1***@")
    .replace(/([?&][^=&]*(?:pass|secret|token|key)[^=&]*=)[^&]*/gi, "$1***");

/** An absolute address, as it was written; passwords in it are never shown. `schemes` are like "https:". */
export function url<F extends Fallback<string>>(
  name: string,
  fallback: F,
  { about, schemes }: About<{ schemes?: readonly string[] }>,
) {
  return setting<string, F>(name, fallback, about, {
    wanted: schemes
      ? `an address that begins with ${schemes.map((one) => `${one}//`).join(" or ")}`
      : "an address like http://host:port",
    parse(given) {
      if (!given.includes("://") || !URL.canParse(given)) return undefined; // without it "localhost:6379" has the scheme "localhost:"
      return !schemes || schemes.includes(new URL(given).protocol) ? given : undefined;
    },
    mask: maskUrl,
  });
}

/** Something that nobody may see. It has no default: `undefined` requires it, `null` lets it be absent. */
export function secret<F extends null | undefined>(
  name: string,
  fallback: F,
  { about, min = 1 }: About<{ min?: number }>,
) {
  return setting<string, F>(name, fallback, about, {
    wanted: min > 1 ? `a secret of at least ${min} characters` : "a secret",
    parse: (given) => (given.length >= min ? given : undefined),
    mask: () => "***",
  });
}

/** Texts separated by commas. */
export function list<F extends Fallback<readonly string[]>>(name: string, fallback: F, { about }: About) {
  return setting<readonly string[], F>(name, fallback, about, {
    wanted: "a list, separated by commas",
    parse: (given) =>
      given
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== ""),
    write: (values) => values.join(","),
  });
}

/** One of a few words. */
export function choice<const O extends string, const F extends Fallback<NoInfer<O>>>(
  name: string,
  fallback: F,
  { about, of }: About<{ of: readonly O[] }>,
) {
  return setting<O, F>(name, fallback, about, {
    wanted: of.join(" or "),
    parse: (given) => of.find((one) => one === given),
  });
}
