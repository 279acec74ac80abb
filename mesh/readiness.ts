/** One thing the host depends on. An optional part that is down is shown, but the host stays ready. */
export type Part = { readonly up: boolean; readonly required: boolean; readonly why?: string };

export type Report = {
  readonly ready: boolean;
  readonly draining: boolean;
  readonly parts: Readonly<Record<string, Part>>;
};

/** Whether this host should be sent work. Not ready before the first part is set. */
export type Readiness = {
  /** States how a part is; `required` is kept from the last time if absent, and true at first. */
  set(name: string, up: boolean, why?: string, required?: boolean): void;
  report(): Report;
  /** The report now and after every change; a slow reader gets the newest, not each. Ends when the signal fires. */
  watch(signal: AbortSignal): AsyncIterable<Report>;
  /** From now on never ready again, whatever the parts say. */
  drain(): void;
};

/** A readiness that knows of no part yet. */
export function createReadiness(): Readiness {
  const parts = new Map<string, Part>();
  const watchers = new Set<() => void>();
  let draining = false;
  let current = summarize();

  function summarize(): Report {
    const required = [...parts.values()].filter((part) => part.required);
    const ready = !draining && parts.size > 0 && required.every((part) => part.up);
    return { ready, draining, parts: Object.fromEntries(parts) };
  }
  const changed = () => {
    current = summarize();
    for (const wake of watchers) wake();
  };
  return {
    set(name, up, why, required) {
      const before = parts.get(name);
      const after = { up, required: required ?? before?.required ?? true, ...(why !== undefined && { why }) };
      if (before?.up === after.up && before.required === after.required && before.why === after.why) return;
      parts.set(name, after);
      changed();
    },
    report: () => current,
    async *watch(signal) {
      let wake = () => {};
      const ring = () => wake();
      watchers.add(ring);
      signal.addEventListener("abort", ring);
      try {
        let seen: Report | undefined;
        while (!signal.aborted) {
          if (seen === current) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          } else {
            seen = current;
            yield current;
          }
        }
      } finally {
        watchers.delete(ring);
        signal.removeEventListener("abort", ring);
      }
    },
    drain() {
      if (draining) return;
      draining = true;
      changed();
    },
  };
}
