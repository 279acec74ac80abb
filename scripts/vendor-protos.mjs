// Copies the contracts of others that ours import out of devDependencies, so that buf needs no network and always sees
// the installed versions. validate.proto ships only as a descriptor: it is printed back as text.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { printProto } from "./print-proto.mjs";

const root = join(import.meta.dirname, "..");
const out = join(root, ".vendor-proto");
const copies = {
  "grpc-health-check/proto/health/v1/health.proto": "grpc/grpc/health/v1/health.proto",
  "@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto": "grpc/grpc/reflection/v1/reflection.proto",
  "@grpc/reflection/build/proto/grpc/reflection/v1alpha/reflection.proto":
    "grpc/grpc/reflection/v1alpha/reflection.proto",
  "google-gax/build/protos/google/rpc/error_details.proto": "googleapis/google/rpc/error_details.proto",
};

rmSync(out, { recursive: true, force: true });
for (const [from, to] of Object.entries(copies)) {
  mkdirSync(dirname(join(out, to)), { recursive: true });
  cpSync(join(root, "node_modules", from), join(out, to));
}
mkdirSync(join(out, "validate/buf/validate"), { recursive: true });
writeFileSync(join(out, "validate/buf/validate/validate.proto"), printProto(file_buf_validate_validate));
