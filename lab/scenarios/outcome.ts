import { Code, ConnectError } from "@connectrpc/connect";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";

/** How a call ended: "OK" or its code. */
export const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "OK",
    (error) => Code[ConnectError.from(error).code] ?? "",
  );

/** How a call ended: "OK", or the stable reason of its failure where it has one, or its code. */
export const reasonOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "OK",
    (thrown) => {
      const error = ConnectError.from(thrown);
      return error.findDetails(FailureSchema)[0]?.reason || (Code[error.code] ?? "");
    },
  );
