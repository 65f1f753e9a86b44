import { expect, test } from "vitest";
import { holdsPassword, leaveOutPasswords } from "./address";
import { checkConfig } from "./check-config";

const secret = "hunter2";
const withPassword = [
  `https://user:${secret}@host/v1`,
  `https://${secret}@host`,
  `http:\\\\u:${secret}@host/v1`,
  `https:u:${secret}@host`,
  ` HTTPS://u:${secret}@[::1]:80/`,
];

test.each(withPassword)("%s holds a password, as the browser reads it", (address) => {
  const { username, password } = new URL(address);
  expect(username + password).toContain(secret);
  expect(holdsPassword(address)).toBe(true);
});

test.each(["http://localhost:1234/v1", "https://host/@me/v1", "https://host/?q=a@b", "nothing"])(
  "%s holds none",
  (address) => expect(holdsPassword(address)).toBe(false),
);

test("promise 8: settings with a password in an address are refused, and the sentence does not repeat it", () => {
  const chat = { kind: "chat", baseUrl: withPassword[0]!, model: "m" } as const;
  const { config, errors } = checkConfig({ preset: "recommended", aligned: chat });
  expect(config).toBeNull();
  expect(errors).toEqual([
    { field: "aligned.baseUrl", message: expect.stringContaining("use the key field") as string },
  ]);
  expect(JSON.stringify(errors)).not.toContain(secret);
  const hub = checkConfig({ preset: "recommended", encoderHost: withPassword[1]! });
  expect(hub.errors[0]?.field).toBe("encoderHost");
});

test("what is stored of settings leaves such an address out, and an @ elsewhere in", () => {
  const input = { prompt: "Q: a@b", aligned: { baseUrl: withPassword[0], model: "m@1" } };
  expect(JSON.parse(JSON.stringify(input, leaveOutPasswords))).toEqual({
    prompt: "Q: a@b",
    aligned: { model: "m@1" },
  });
});
