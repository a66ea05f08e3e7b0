// Sends decimals to a server through two generated clients, and reads them back.
import createClient from "openapi-fetch";
import type { paths } from "./openapi.ts";
import { setConfig } from "./kubb/.kubb/fetch.ts";
import { createContact } from "./kubb/client/createContact.ts";
import { getContact } from "./kubb/client/getContact.ts";
import { updateContact } from "./kubb/client/updateContact.ts";

declare const process: { env: Record<string, string> };
const { CARNET_URL: baseUrl, CARNET_KEY: key, CARNET_EXACT: exact } = process.env;
const headers = { Authorization: `Bearer ${key}` };
const many = "12345678901234567890.123";

function same(what: string, got: unknown, want: unknown) {
  if (got !== want) throw new Error(`${what}: ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

// openapi-typescript, with the client that belongs to it.
const client = createClient<paths>({ baseUrl, headers });
const made = await client.POST("/public-api/v1/contacts", {
  body: { names: ["Ada Example"], custom_fields: { profile_field_16: "12.5" } },
});
if (!made.data) throw new Error(made.error.message);
const path = { id: made.data.id as number }; // null in a dry run alone
same("a number sent as a string", made.data.custom_fields?.profile_field_16, 12.5);
const put = await client.PUT("/public-api/v1/contacts/{id}", {
  params: { path },
  body: { custom_fields: { profile_field_16: 12.5, profile_field_17: many, profile_field_18: null } },
});
if (!put.data) throw new Error(put.error.message);
const read = await client.GET("/public-api/v1/contacts/{id}", { params: { path } });
if (!read.data) throw new Error(read.error.message);
const fields: Record<string, string | number | null | undefined> = read.data.custom_fields;
same("a plain number", fields.profile_field_16, 12.5);
same("a slot that is empty", fields.profile_field_18, null);
if (exact) {
  const asText = await client.GET("/public-api/v1/contacts/{id}", {
    params: { path, query: { numbers: "string" } as object },
  });
  const texts = asText.data?.custom_fields as Record<string, unknown> | undefined;
  same("a number of many digits", texts?.profile_field_17, many);
}

// kubb.
setConfig({ baseURL: baseUrl, headers: { ...headers, "Content-Type": "application/json" } });
const created = await createContact({ names: ["Grace Example"], custom_fields: { profile_field_16: 0.1 } });
same("what kubb's client created", created.status, 201);
const { id } = created.data as { id: number };
const updated = await updateContact(id, { custom_fields: { profile_field_16: "12.5", profile_field_17: 0.2 } });
same("what kubb's client updated", updated.status, 200);
const found = await getContact(id);
if (!("emails" in found.data)) throw new Error("kubb's client read no contact");
const slots: Record<string, string | number | null | undefined> = found.data.custom_fields;
same("kubb's number sent as a string", slots.profile_field_16, 12.5);
same("kubb's plain number", slots.profile_field_17, 0.2);
