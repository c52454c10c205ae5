// Whether this browser can decode what HeyGen streams. Knows codecs, not players.

const NEEDED = [
  ['audio/mp4; codecs="mp4a.40.2"', "sound (AAC)"],
  ['video/mp4; codecs="avc1.42E01E"', "picture (H.264)"],
] as const;

interface Sources {
  MediaSource?: typeof globalThis.MediaSource;
  /** What iPhones have in its place. */
  ManagedMediaSource?: typeof globalThis.MediaSource;
}

/** What this browser cannot decode; null if nothing. Without a source to ask, it may be able. */
export function lackingCodec(): string | null {
  const { ManagedMediaSource, MediaSource } = globalThis as Sources;
  const source = ManagedMediaSource ?? MediaSource;
  const lacking = source && NEEDED.find(([type]) => !source.isTypeSupported(type));
  return lacking?.[1] ?? null;
}
