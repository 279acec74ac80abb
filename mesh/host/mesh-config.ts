import { choice, duration, flag, int, list, text, url } from "../config.ts";

/** What a host needs to know besides its services' own settings. */
export const meshConfig = {
  home: text("SKEIN_HOME", ".skein", { about: "Where data, keys and mail of a local installation live" }),
  keys: text("SKEIN_KEYS", "", { about: "Folder of the services' keys; empty means SKEIN_HOME/keys" }),
  namespace: text("SKEIN_NAMESPACE", "skein", { about: "Prefix of everything in Redis and NATS" }),
  database: url("DATABASE_URL", "postgres://127.0.0.1:5432/postgres", {
    about: "The PostgreSQL server; an administrator's address where databases are to be made",
  }),
  databasePrefix: text("DATABASE_PREFIX", "skein_", { about: "Prefix of the services' databases" }),
  databaseConnections: int("DATABASE_CONNECTIONS", 96, {
    min: 2,
    max: 1000,
    about: "Connections of this process, divided among its services",
  }),
  redis: url("REDIS_URL", "redis://127.0.0.1:6379/0", { about: "The Redis server" }),
  nats: url("NATS_URL", "nats://127.0.0.1:4222", { about: "The NATS server" }),
  host: text("MESH_HOST", "127.0.0.1", { about: "Address on which services listen for each other" }),
  port: int("MESH_PORT", -1, {
    min: -1,
    max: 65535,
    about: "Port on which services listen for each other; -1 for none, 0 for any",
  }),
  peers: list("MESH_PEERS", [], { about: "Where services in other processes are: identity=http://host:port,..." }),
  processes: int("MESH_PROCESSES", 1, {
    min: 1,
    max: 64,
    about:
      "Processes that share this one's ports, connections and work; as many as there are cores use all of a machine",
  }),
  adminPort: int("ADMIN_PORT", 7701, {
    min: -1,
    max: 65535,
    about: "Loopback port for metrics and debugging; -1 for none; further processes take the next ones",
  }),
  maxInFlight: int("MESH_MAX_IN_FLIGHT", 512, {
    min: 1,
    about: "Calls a service works on at once before it refuses more",
  }),
  maxStreams: int("MESH_MAX_STREAMS", 5_000, {
    min: 1,
    about: "Streams that one service keeps open at once; more are refused at once",
  }),
  reflection: flag("MESH_REFLECTION", true, { about: "Serve gRPC reflection" }),
  strictBudgets: flag("MESH_STRICT_BUDGETS", false, {
    about: "Fail calls that spend more than their contract allows; for tests",
  }),
  logDays: int("LOG_RETENTION_DAYS", 7, { min: 2, max: 365, about: "Days that the log of events is kept" }),
  streamMaxAge: duration("EVENTS_STREAM_MAX_AGE", "24h", {
    min: "1m",
    about: "How long the stream keeps events; never longer than the log",
  }),
  natsReplicas: int("NATS_REPLICAS", 1, { min: 1, max: 5, about: "Servers that keep a copy of each stream" }),
  partitionGroups: int("MESH_PARTITION_GROUPS", 1, {
    min: 1,
    max: 64,
    about: "Parts into which the work on events is divided among replicas",
  }),
  logLevel: choice("LOG_LEVEL", "info", {
    of: ["debug", "info", "warn", "error", "silent"],
    about: "How much is logged",
  }),
  drain: duration("DRAIN_TIME", "10s", { about: "How long a stopping process waits for calls under way" }),
};
