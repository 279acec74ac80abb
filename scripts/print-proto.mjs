// Prints a file descriptor as .proto text. Option literals are left out: the runtime reads its own descriptor.
import { FieldDescriptorProto_Label as Label, FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";

const scalar = Object.fromEntries(Object.entries(Type).map(([name, value]) => [value, name.toLowerCase()]));

export function printProto(file) {
  const { proto } = file;
  const lines = [`syntax = "${proto.syntax || "proto2"}";`, `package ${proto.package};`];
  for (const path of proto.dependency) lines.push(`import "${path}";`);
  for (const extension of proto.extension)
    lines.push(...block(`extend ${extension.extendee}`, [field(extension, proto.syntax)]));
  for (const message of proto.messageType) lines.push(...printMessage(message, proto.syntax));
  for (const one of proto.enumType) lines.push(...printEnum(one));
  return `${lines.join("\n")}\n`;
}

const block = (head, body) => [`${head} {`, ...body.map((line) => `  ${line}`), "}"];

function printMessage(message, syntax) {
  const real = (one) => one.oneofIndex !== undefined && !one.proto3Optional && has(one, "oneofIndex");
  const body = [];
  for (const nested of message.nestedType) body.push(...printMessage(nested, syntax));
  for (const nested of message.enumType) body.push(...printEnum(nested));
  message.oneofDecl.forEach((oneof, index) => {
    const members = message.field.filter((one) => real(one) && one.oneofIndex === index);
    if (members.length > 0)
      body.push(
        ...block(
          `oneof ${oneof.name}`,
          members.map((one) => field(one, syntax, true)),
        ),
      );
  });
  for (const one of message.field) if (!real(one)) body.push(field(one, syntax));
  for (const { start, end } of message.extensionRange) body.push(`extensions ${range(start, end - 1)};`);
  for (const { start, end } of message.reservedRange) body.push(`reserved ${range(start, end - 1)};`);
  for (const name of message.reservedName) body.push(`reserved "${name}";`);
  for (const extension of message.extension)
    body.push(...block(`extend ${extension.extendee}`, [field(extension, syntax)]));
  return block(`message ${message.name}`, body);
}

function printEnum(one) {
  return block(
    `enum ${one.name}`,
    one.value.map(({ name, number }) => `${name} = ${number};`),
  );
}

const has = (message, name) => Object.hasOwn(message, name);
const range = (start, end) => (start === end ? `${start}` : `${start} to ${end >= 536870911 ? "max" : end}`);

function field(one, syntax, inOneof = false) {
  const type = one.typeName || scalar[one.type];
  const repeated = one.label === Label.REPEATED;
  const label = inOneof
    ? ""
    : repeated
      ? "repeated "
      : syntax === "proto3"
        ? one.proto3Optional
          ? "optional "
          : ""
        : one.label === Label.REQUIRED
          ? "required "
          : "optional ";
  return `${label}${type} ${one.name} = ${one.number};`;
}
