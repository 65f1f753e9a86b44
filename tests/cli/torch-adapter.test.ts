/** An adapter trained elsewhere, as PyTorch holds it: its bytes come in as they are. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPeft } from "../../src/core/adapter/peft";
import { pythonWith, run } from "./python";

const python = pythonWith("torch");

/** PEFT's two files without PEFT: B before A, layers backwards, and a header that safetensors pads with blanks. */
const WRITE = `
import json, struct, torch
torch.manual_seed(3)
tensors = {}
for layer in (1, 0):
    stem = f"base_model.model.transformer.h.{layer}.attn.c_attn.lora_"
    tensors[stem + "B.weight"] = torch.randn(96, 4)
    tensors[stem + "A.weight"] = torch.randn(4, 32)
header, data = {"__metadata__": {"format": "pt"}}, b""
for name, tensor in tensors.items():
    piece = tensor.numpy().astype("<f4").tobytes()
    header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(piece)]}
    data += piece
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
open("adapter_model.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data)
json.dump({"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": "all-linear", "peft_version": "0.21.0",
           "lora_dropout": 0, "use_rslora": True, "bias": "none", "modules_to_save": None, "use_bdlora": None,
           "base_model_name_or_path": "tiny"}, open("adapter_config.json", "w"))
print(json.dumps({name: tensor.flatten().tolist() for name, tensor in tensors.items()}))
`;

test.skipIf(python === null)(
  "an adapter that PyTorch wrote has the same tensors here (skipped without python3-torch)",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "steadfast-adapter-"));
    try {
      const { code, output } = run(python!, ["-c", WRITE], folder);
      expect({ code, output }).toMatchObject({ code: 0 });
      const written = JSON.parse(output) as Record<string, number[]>;
      const { config, tensors } = readPeft(
        readFileSync(join(folder, "adapter_config.json"), "utf8"),
        readFileSync(join(folder, "adapter_model.safetensors")),
      );
      expect(config).toMatchObject({ rank: 4, loraAlpha: 8, useRslora: true });
      expect(config.targetModules.toSorted()).toEqual(["h.0.attn.c_attn", "h.1.attn.c_attn"]);
      expect(tensors).toHaveLength(4);
      for (const { name, data } of tensors) {
        expect([...data]).toEqual(written[`base_model.model.transformer.${name}`]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
