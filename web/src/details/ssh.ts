// What an SSH banner says: product, version and, from the comment that
// distributions add, the operating system (RFC 4253, section 4.2).

export interface Banner {
  protocol: string;
  product: string;
  version: string;
  system: string;
}

// Ubuntu does not write its release in the banner.  The OpenSSH version that
// each long-term release came with tells it.
const ubuntu: Record<string, string> = { "7.2": "16.04", "7.6": "18.04", "8.2": "20.04", "8.9": "22.04", "9.6": "24.04" };

export function parseBanner(text: string): Banner | undefined {
  const m = /^SSH-(\d+\.\d+)-(\S+)(?:\s+(.*))?$/.exec(text.trim());
  if (!m) return undefined;
  const [, protocol = "", software = "", comment = ""] = m;
  // The version starts at a digit after "_", "-" or "/".
  const at = /[_\-/](?=v?\d)/.exec(software);
  const product = (at ? software.slice(0, at.index) : software).replaceAll("_", " ");
  const version = at ? software.slice(at.index + 1) : "";
  return { protocol, product, version: version.replace(/-release-/, " release "), system: systemOf(product, version, comment) };
}

function systemOf(product: string, version: string, comment: string): string {
  const short = /^(\d+\.\d+)/.exec(version)?.[1] ?? "";
  if (/^Ubuntu/.test(comment)) {
    const release = ubuntu[short];
    return release ? `Ubuntu ${release}` : "Ubuntu";
  }
  const debian = /^(Debian|Raspbian)-\S*?(?:\+deb|~deb)(\d+)u/.exec(comment);
  if (debian) return `${debian[1]} ${debian[2]}`;
  if (/^(Debian|Raspbian|FreeBSD|NetBSD)/.test(comment)) return comment.split(/[-\s]/)[0] ?? "";
  if (/Windows/i.test(product) || /Windows/i.test(version)) return "Windows";
  return "";
}

/** One line: "OpenSSH 8.9p1 on Ubuntu 22.04". */
export function bannerText(b: Banner): string {
  return [b.product, b.version, b.system && `on ${b.system}`].filter(Boolean).join(" ");
}
