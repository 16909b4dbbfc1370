// Uploads with progress, which fetch does not tell.

import { ApiError } from "../api/http";
import type { Job } from "../api/types";

/** Sends a file; progress gets the share that is sent. */
export function upload(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Job> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/imports?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
    request.onerror = () => reject(new ApiError(0, "Unreachable", "The server cannot be reached."));
    request.onabort = () => reject(new ApiError(0, "Canceled", "The upload was canceled."));
    request.onload = () => {
      let body: unknown;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = undefined;
      }
      if (request.status < 300 && body) return resolve(body as Job);
      const e = (body as { error?: { code?: string; message?: string } } | undefined)?.error;
      reject(new ApiError(request.status, e?.code ?? "", e?.message ?? `The server answered ${request.status}.`));
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
