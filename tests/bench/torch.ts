/** A LoRA step against PyTorch's on the CPU, one thread each. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Skip, type Bench } from "./bench";
import { BATCH, LENGTH } from "./plain-lora-124m";
import { GPT2_124M, loadPair, randomSequences } from "./random-model";
import { inTurns, ratio, spread, written } from "./rounds";
import { start } from "./start";
import { loraSteps } from "./steps";

const PYTHON = "/usr/bin/python3"; // the one that Debian's python3-torch belongs to
const ROUNDS = 3;

/** GPT-2 with rank 8 on c_attn as transformers and PEFT compute it; prints each step's milliseconds. */
const program = ({ steps }: { readonly steps: number }) => `
import math, time, torch
import torch.nn.functional as F
torch.set_num_threads(1); torch.manual_seed(1)
L, H, W, V, P, B, T = ${GPT2_124M.layers}, ${GPT2_124M.heads}, ${GPT2_124M.width}, ${GPT2_124M.vocabulary}, ${GPT2_124M.positions}, ${BATCH}, ${LENGTH}
r = lambda *shape: torch.randn(*shape) * 0.02
wte, wpe = r(V, W), r(P, W)
layers = [dict(qkv=r(W, 3*W), proj=r(W, W), fc=r(W, 4*W), out=r(4*W, W),
               a=r(8, W).requires_grad_(), b=torch.zeros(3*W, 8).requires_grad_()) for _ in range(L)]
params = [p for l in layers for p in (l["a"], l["b"])]
optimiser = torch.optim.AdamW(params, lr=1e-4, weight_decay=0.0)
mask = torch.full((T, T), -1e9).triu(1)
norm = lambda x: F.layer_norm(x, (W,))
heads = lambda x: x.view(B, T, H, W // H).transpose(1, 2)
ids = torch.randint(0, V, (B, T))
def loss():
    x = wte[ids] + wpe[:T]
    for l in layers:
        h = norm(x)
        q, k, v = (h @ l["qkv"] + h @ l["a"].t() @ l["b"].t()).split(W, 2)
        scores = heads(q) @ heads(k).transpose(2, 3) / math.sqrt(W // H) + mask
        x = x + (scores.softmax(-1) @ heads(v)).transpose(1, 2).reshape(B, T, W) @ l["proj"]
        x = x + F.gelu(norm(x) @ l["fc"], approximate="tanh") @ l["out"]
    logits = norm(x)[:, :-1].reshape(-1, W) @ wte.t()
    return F.cross_entropy(logits, ids[:, 1:].reshape(-1))
for step in range(${steps}):
    start = time.perf_counter()
    optimiser.zero_grad(); loss().backward()
    torch.nn.utils.clip_grad_norm_(params, 1.0); optimiser.step()
    print(1000 * (time.perf_counter() - start), flush=True)
`;

export const torch: Bench = {
  name: "torch",
  about: "a LoRA step at 124M against PyTorch on the CPU, one thread each",
  quick: false,
  backends: ["wasm"],
  async run(backend) {
    const there = existsSync(PYTHON) && spawnSync(PYTHON, ["-c", "import torch"]).status === 0;
    if (!there) throw new Skip(`${PYTHON} has no torch; on Debian: apt install python3-torch`);
    const device = await start(backend);
    const { model } = await loadPair(GPT2_124M, "2d", { shareWeights: true });
    const sequences = randomSequences(BATCH, LENGTH, GPT2_124M);
    const theirs: number[] = [];
    const times = await inTurns(ROUNDS, {
      ours: () => loraSteps(model, sequences, 1),
      // Two steps of which the second counts: a process of its own has to warm up each time.
      torch: async () => theirs.push(torchSteps(2).at(-1)!),
    });
    const [ms, torchMs] = [spread(times.ours), spread(theirs.slice(1))];
    const faster = ratio(theirs.slice(1), times.ours);
    return {
      figures: { msPerStep: ms, torchMsPerStep: torchMs, ratio: faster },
      lines: [
        `batch ${BATCH} × ${LENGTH} on ${device}: ${written(ms, 0)} ms against torch's ${written(torchMs, 0)} ms`,
        `ratio ${written(faster, 2)} ×`,
      ],
    };
  },
};

function torchSteps(steps: number): number[] {
  const { stdout, stderr, status } = spawnSync(PYTHON, ["-c", program({ steps })], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`torch ended with ${status}: ${stderr}`);
  return stdout.trim().split("\n").map(Number);
}
