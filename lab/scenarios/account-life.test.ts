import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { codeOf } from "./outcome.ts";
import { bearer, shapes, startTown } from "./shapes.ts";

const password = "correct horse battery";
describe.each(shapes)("%s", (shape) => {
  test("an account is born, is seen, changes, signs out, leaves and comes back", async () => {
    await using town = await startTown(shape);
    const accounts = town.client(IdentityService);
    const sessions = town.client(SessionService);
    const born = await accounts.registerAccount({ handle: "Ann", email: "ann@example.com", password });
    const accountId = born.account?.profile?.accountId ?? "";
    const ann = bearer(born.tokens);

    expect((await accounts.getMe({}, ann)).account?.email).toBe("ann@example.com");
    expect(
      JSON.stringify(await accounts.getProfile({ accountId }), (_, value) =>
        typeof value === "bigint" ? String(value) : value,
      ),
    ).not.toContain("ann@example.com");
    await accounts.updateProfile(
      { change: { displayName: "Ann of the mesh" }, updateMask: { paths: ["display_name"] } },
      ann,
    );
    expect((await accounts.lookupProfile({ handle: "@ann" })).profile?.displayName).toBe("Ann of the mesh");
    expect((await accounts.searchProfiles({ query: "mesh" })).profiles.map(({ handle }) => handle)).toEqual(["Ann"]);

    const again = await sessions.createSession({ login: "ann@example.com", password });
    const refreshed = await sessions.refreshSession({ refreshToken: again.tokens?.refreshToken ?? "" });
    expect((await sessions.listSessions({}, ann)).sessions).toHaveLength(2);
    await sessions.revokeSession({}, bearer(refreshed.tokens));
    await expect
      .poll(() => codeOf(accounts.getMe({}, bearer(refreshed.tokens))), { timeout: 15_000 })
      .toBe("Unauthenticated");
    expect(await codeOf(accounts.getMe({}, ann))).toBe("OK");

    const { cancelToken } = await town.client(PrivacyService).deleteAccount({ password }, ann);
    expect(await codeOf(accounts.getProfile({ accountId }))).toBe("NotFound");
    expect(await codeOf(sessions.createSession({ login: "ann", password }))).toBe("Unauthenticated");
    await town.client(PrivacyService).cancelAccountDeletion({ cancelToken });
    expect((await accounts.getProfile({ accountId })).profile?.displayName).toBe("Ann of the mesh");
    expect(await codeOf(sessions.createSession({ login: "ann", password }))).toBe("OK");
  });

  test("of fifty refreshes with one token one wins, and a replay afterwards ends the family", async () => {
    await using town = await startTown(shape, { IDENTITY_REFRESH_GRACE: "1s" });
    const accounts = town.client(IdentityService);
    const sessions = town.client(SessionService);
    const { tokens } = await accounts.registerAccount({ handle: "bob", email: "bob@example.com", password });
    const refresh = () => sessions.refreshSession({ refreshToken: tokens?.refreshToken ?? "" });
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, refresh));
    const winners = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.tokens] : []));
    const losers = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [Code[ConnectError.from(outcome.reason).code]] : [],
    );
    expect(winners).toHaveLength(1);
    expect(new Set(losers)).toEqual(new Set(["Aborted"]));
    expect(await codeOf(accounts.getMe({}, bearer(winners[0])))).toBe("OK");

    await expect.poll(() => codeOf(refresh()), { timeout: 5_000, interval: 250 }).toBe("Unauthenticated"); // the grace is over: a replay
    expect(await codeOf(sessions.refreshSession({ refreshToken: winners[0]?.refreshToken ?? "" }))).toBe(
      "Unauthenticated",
    );
    await expect
      .poll(() => codeOf(accounts.getMe({}, bearer(winners[0]))), { timeout: 15_000 })
      .toBe("Unauthenticated");
  });
});
