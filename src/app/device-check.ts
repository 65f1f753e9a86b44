/** What this browser can compute with, in words, and what to do where WebGPU is missing. Nothing is started for it. */

export interface Browser {
  readonly userAgent: string;
  /** Whether the page came over https or from this computer: elsewhere browsers hide WebGPU. */
  readonly secure: boolean;
  readonly hasWebGpu: boolean;
  /** Null where no GPU answered. */
  readonly gpu: { readonly name: string; readonly software: boolean } | null;
  /** Threads that WebAssembly may use: 1 where the page is not isolated. */
  readonly threads: number;
}

export interface DeviceCheck {
  /** "WebGPU on NVIDIA Ampere" */
  readonly headline: string;
  readonly sentences: readonly string[];
}

export async function thisBrowser(): Promise<Browser> {
  // The types say that all of it is always there.
  const gpu = navigator.gpu as GPU | undefined;
  const adapter = (await gpu?.requestAdapter().catch(() => null)) ?? null;
  const info = adapter?.info;
  const name = info ? info.description || `${info.vendor} ${info.architecture}`.trim() : "";
  return {
    userAgent: navigator.userAgent,
    secure: isSecureContext,
    hasWebGpu: gpu !== undefined,
    gpu: info ? { name: name || "unnamed GPU", software: isSoftwareGpu(name) } : null,
    threads: crossOriginIsolated ? navigator.hardwareConcurrency : 1,
  };
}

/** Whether a GPU of this name computes on the CPU. */
export function isSoftwareGpu(name: string): boolean {
  return /swiftshader|llvmpipe/i.test(name);
}

export function checkDevice(browser: Browser): DeviceCheck {
  const { gpu } = browser;
  const threads = browser.threads > 1 ? `up to ${browser.threads} threads` : "one thread";
  if (gpu === null) {
    return {
      headline: `No GPU: WebAssembly, ${threads}`,
      sentences: [
        "Everything works; training is slower than on a GPU, and large models may not fit.",
        missingWebGpu(browser),
      ],
    };
  }
  if (gpu.software) {
    return {
      headline: `WebGPU without a GPU: ${gpu.name}`,
      sentences: [
        "The browser computes WebGPU on the processor. Everything works, slower than with a GPU of its own.",
        "Switch hardware acceleration on in the browser's settings, and update the graphics driver.",
      ],
    };
  }
  return {
    headline: `WebGPU on ${gpu.name}`,
    sentences: [
      "Answers, LoRA and PPO run on the GPU; the sentence encoder runs on the processor beside it.",
      "The self-test measures each part on this device.",
    ],
  };
}

/** Why WebGPU is missing, as far as the browser's name tells, and what switches it on. */
export function missingWebGpu({ userAgent, secure, hasWebGpu }: Browser): string {
  if (!secure) {
    return "Browsers offer WebGPU to secure pages alone: open this one over https, or from localhost.";
  }
  const isLinux = /Linux/.test(userAgent) && !/Android/.test(userAgent);
  if (/Firefox\//.test(userAgent)) {
    return isLinux
      ? "Firefox on Linux: set dom.webgpu.enabled to true in about:config, then restart it; or use Chrome."
      : "Firefox has WebGPU from version 141 on Windows and 145 on Apple's processors: update it, or set dom.webgpu.enabled to true in about:config.";
  }
  if (/Chrome\/|Chromium\//.test(userAgent)) {
    if (isLinux) {
      return "Chrome on Linux: switch on chrome://flags/#enable-unsafe-webgpu and #enable-vulkan, restart it, and look at chrome://gpu for what is missing.";
    }
    return hasWebGpu
      ? "Chrome and Edge found no GPU that they trust: switch on “Use graphics acceleration” in the settings, update the graphics driver, and look at chrome://gpu."
      : "Chrome and Edge have WebGPU from version 113 (Android: 121): update the browser.";
  }
  if (/Safari\//.test(userAgent)) {
    return "Safari has WebGPU from version 26: update macOS or iOS. In 18 it is under Settings, Feature Flags, WebGPU.";
  }
  return "Chrome, Edge, Safari 26 and Firefox 141 or later have WebGPU.";
}
