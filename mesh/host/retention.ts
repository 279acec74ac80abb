import { type Complaint, ConfigError } from "../config.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The stream forgets before the log, from which a consumer pulls what the stream lost, and the log before an account is
 * erased for good: what was erased must not come back from either. Anything else is refused at start.
 */
export function refuseRetention(
  { streamMaxAge, logDays }: { readonly streamMaxAge: number; readonly logDays: number },
  settings: Readonly<Record<string, unknown>>,
): void {
  const complaints: Complaint[] = [];
  const complain = (name: string, got: string, wanted: string) =>
    void complaints.push({ name, got, wanted, setIn: "environment" });
  const { erasureDelay } = (settings.identity ?? {}) as { readonly erasureDelay?: number };
  if (streamMaxAge > logDays * DAY_MS)
    complain("EVENTS_STREAM_MAX_AGE", `${streamMaxAge / DAY_MS}d`, `at most LOG_RETENTION_DAYS (${logDays}d)`);
  if (erasureDelay !== undefined && logDays * DAY_MS > erasureDelay)
    complain("LOG_RETENTION_DAYS", `${logDays}`, `at most IDENTITY_ERASURE_DELAY (${erasureDelay / DAY_MS}d)`);
  if (complaints.length > 0) throw new ConfigError(complaints);
}
