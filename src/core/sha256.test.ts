import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Sha256 } from "./sha256";

const hex = (text: string) => new Sha256().update(new TextEncoder().encode(text)).hex();

test("the examples of FIPS 180-2, appendix B", () => {
  expect(hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  expect(hex("a".repeat(1_000_000))).toBe(
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  );
  expect(hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("however a message is cut into pieces, it has the digest that Node gives it", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (pieces) => {
      const ours = new Sha256();
      const node = createHash("sha256");
      for (const piece of pieces) {
        ours.update(piece);
        node.update(piece);
      }
      expect(ours.hex()).toBe(node.digest("hex"));
    }),
  );
});
