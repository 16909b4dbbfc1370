import { expect, it } from "vitest";
import { bannerText, parseBanner } from "./ssh";

it.each([
  ["SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.1", "OpenSSH 8.9p1 on Ubuntu 22.04"],
  ["SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10", "OpenSSH 9.2p1 on Debian 12"],
  ["SSH-2.0-WinSCP_release_5.21.3", "WinSCP release 5.21.3"],
  ["SSH-2.0-OpenSSH_for_Windows_8.1", "OpenSSH for Windows 8.1 on Windows"],
  ["SSH-2.0-PuTTY_Release_0.78", "PuTTY Release 0.78"],
  ["SSH-2.0-Go", "Go"],
  ["SSH-2.0-dropbear_2022.83", "dropbear 2022.83"],
  ["SSH-2.0-OpenSSH_9.3 FreeBSD-20230316", "OpenSSH 9.3 on FreeBSD"],
  ["SSH-1.99-Cisco-1.25", "Cisco 1.25"],
])("%s", (text, want) => {
  const b = parseBanner(text);
  expect(b && bannerText(b)).toBe(want);
});

it.each(["", "HTTP/1.1 400", "SSH-", "<script>alert(1)</script>"])("no banner: %j", (text) => expect(parseBanner(text)).toBeUndefined());
