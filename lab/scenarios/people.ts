import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { bearer, type Town } from "./shapes.ts";

/** Somebody who is signed in. */
export interface Person {
  readonly id: string;
  readonly handle: string;
  /** Call options that speak for them. */
  readonly as: { readonly headers: Readonly<Record<string, string>> };
}

/** Registers people under these handles and signs them in. */
export async function arrive<const Handle extends string>(
  town: Pick<Town, "client">,
  ...handles: readonly Handle[]
): Promise<Record<Handle, Person>> {
  const accounts = town.client(IdentityService);
  const register = async (handle: Handle): Promise<[string, Person]> => {
    const { account, tokens } = await accounts.registerAccount({
      handle,
      email: `${handle}@example.com`,
      password: "correct horse battery",
    });
    return [handle, { id: account?.profile?.accountId ?? "", handle, as: bearer(tokens) }];
  };
  return Object.fromEntries(await Promise.all(handles.map(register))) as Record<Handle, Person>;
}
