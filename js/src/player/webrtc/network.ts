// Whether WebRTC can work here at all. Browsers offer it no way on a machine whose only network is
// its own loopback, and do not say so.

/** How long a browser may take to find a network; it takes a few ms where there is one. */
const PATIENCE_MS = 2000;

/** Whether this browser has a network interface that WebRTC can use. Asks no server. */
export async function hasUsableNetwork(withinMs = PATIENCE_MS): Promise<boolean> {
  if (typeof RTCPeerConnection === "undefined") return false;
  const probe = new RTCPeerConnection();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), withinMs);
  probe.onicecandidate = ({ candidate }) => resolve(Boolean(candidate?.candidate));
  try {
    probe.createDataChannel("");
    await probe.setLocalDescription(await probe.createOffer());
    return await promise;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    probe.close();
  }
}
